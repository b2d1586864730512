using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Turns text and bytes columns from offsets into views and back.</summary>
public static unsafe class TextLayout
{
    private const int BlockBits = 30;

    /// <summary>
    /// Makes views over the same bytes; only the views are allocated. Borrows <paramref name="array"/>.
    /// </summary>
    public static ViewArray ToViews(BinaryArray array, BufferAllocator allocator)
    {
        int count = array.Length;
        int* offsets = array.Offsets;
        long first = array.Data + offsets[0] - array.DataBuffer.Pointer;
        NativeBuffer views = allocator.Allocate(count * 16L);
        bool pointing = FillViews(array, offsets, array.Data, array.DataBuffer, blockBits: 31, (StringView*)views.Pointer);
        NativeBuffer[] data = pointing ? [array.DataBuffer.Slice(first, offsets[count] - offsets[0])] : [];
        return Views(array, array.Type.Id == TypeId.Utf8, views, data);
    }

    /// <summary>
    /// Makes views over the same bytes, cut into buffers that 32-bit offsets reach; only the views are allocated.
    /// Borrows <paramref name="array"/>.
    /// </summary>
    public static ViewArray ToViews(LargeBinaryArray array, BufferAllocator allocator)
    {
        int count = array.Length;
        long* offsets = array.Offsets;
        long first = array.Data + offsets[0] - array.DataBuffer.Pointer;
        long total = offsets[count] - offsets[0];
        NativeBuffer views = allocator.Allocate(count * 16L);
        bool pointing = FillViews(array, offsets, array.Data, array.DataBuffer, BlockBits, (StringView*)views.Pointer);
        var data = new NativeBuffer[pointing ? (int)((total - 1) >> BlockBits) + 1 : 0];
        for (int i = 0; i < data.Length; i++)
        {
            // A value that begins in a block may end behind it.
            long start = (long)i << BlockBits;
            data[i] = array.DataBuffer.Slice(first + start, Math.Min(total - start, (1L << BlockBits) + int.MaxValue));
        }

        return Views(array, array.Type.Id == TypeId.LargeUtf8, views, data);
    }

    /// <summary>Copies the bytes of all rows behind each other. Borrows <paramref name="array"/>.</summary>
    /// <exception cref="OverflowException">The bytes exceed 2 GiB.</exception>
    public static BinaryArray ToOffsets(ViewArray array, BufferAllocator allocator)
    {
        int count = array.Length;
        StringView* views = array.Pointer;
        long total = 0;
        for (int i = 0; i < count; i++)
        {
            total += array.Validity is null || Bitmap.Get(array.Validity, i) ? views[i].Length : 0;
        }

        if (total > int.MaxValue)
        {
            throw new OverflowException($"Text column exceeds 2 GiB: {total}.");
        }

        NativeBuffer offsets = allocator.Allocate((count + 1L) * 4);
        NativeBuffer data;
        try
        {
            data = allocator.Allocate(total);
        }
        catch
        {
            offsets.Release();
            throw;
        }

        CopyBytes(array, (int*)offsets.Pointer, data.Pointer);
        DataType type = array.Type.Id == TypeId.Utf8View ? DataType.Utf8 : DataType.Binary;
        return new BinaryArray(
            type,
            count,
            offsets,
            (int*)offsets.Pointer,
            data,
            data.Pointer,
            array.ValidityBuffer?.Retain(),
            array.Validity);
    }

    private static ViewArray Views(ArrayData array, bool isText, NativeBuffer views, NativeBuffer[] data) => new(
        isText ? DataType.Utf8View : DataType.BinaryView,
        array.Length,
        views,
        (StringView*)views.Pointer,
        data,
        array.ValidityBuffer?.Retain(),
        array.Validity);

    /// <summary>Writes one view a row, all zero under null, and tells whether any points into the data.</summary>
    private static bool FillViews<T>(
        ArrayData array, T* offsets, byte* data, NativeBuffer owner, int blockBits, StringView* views)
        where T : unmanaged, IBinaryInteger<T>
    {
        int count = array.Length;
        byte* validity = array.Validity;
        long first = long.CreateTruncating(offsets[0]);
        int mask = (int)((1L << blockBits) - 1);
        bool pointing = false;

        // Create reads 12 bytes: our own buffers have 64 readable ones behind their end.
        byte* readable = owner.Pointer + owner.Capacity + (owner.IsForeign ? 0 : BufferPool.Padding) - StringView.InlineLength;
        for (int i = 0; i < count; i++)
        {
            if (validity is not null && !Bitmap.Get(validity, i))
            {
                views[i] = default;
                continue;
            }

            long begin = long.CreateTruncating(offsets[i]);
            int length = int.CreateTruncating(offsets[i + 1] - offsets[i]);
            byte* source = data + begin;
            long place = begin - first;
            views[i] = length <= StringView.InlineLength && source > readable
                ? StringView.Inline(new ReadOnlySpan<byte>(source, length))
                : StringView.Create(source, length, (int)(place >> blockBits), (int)place & mask);
            pointing |= length > StringView.InlineLength;
        }

        return pointing;
    }

    private static void CopyBytes(ViewArray array, int* offsets, byte* data)
    {
        int count = array.Length;
        StringView* views = array.Pointer;
        int end = 0;
        offsets[0] = 0;
        for (int i = 0; i < count; i++)
        {
            if (array.Validity is null || Bitmap.Get(array.Validity, i))
            {
                StringView* view = views + i;
                byte* source = view->Length <= StringView.InlineLength
                    ? (byte*)view + 4
                    : array.Data[view->BufferIndex].Pointer + view->Offset;
                Unsafe.CopyBlockUnaligned(data + end, source, (uint)view->Length);
                end += view->Length;
            }

            offsets[i + 1] = end;
        }
    }
}
