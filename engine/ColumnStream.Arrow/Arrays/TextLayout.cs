using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Turns text and bytes columns from offsets into views and back.</summary>
public static unsafe class TextLayout
{
    /// <summary>
    /// Makes views over the same bytes; only the views are allocated. Borrows <paramref name="array"/>.
    /// </summary>
    public static ViewArray ToViews(BinaryArray array, BufferAllocator allocator)
    {
        int count = array.Length;
        int* offsets = array.Offsets;
        long first = array.Data + offsets[0] - array.DataBuffer.Pointer;
        NativeBuffer views = allocator.Allocate(count * 16L);
        bool pointing = FillViews(array, (StringView*)views.Pointer);
        NativeBuffer[] data = pointing ? [array.DataBuffer.Slice(first, offsets[count] - offsets[0])] : [];
        DataType type = array.Type.Id == TypeId.Utf8 ? DataType.Utf8View : DataType.BinaryView;
        return new ViewArray(
            type, count, views, (StringView*)views.Pointer, data, array.ValidityBuffer?.Retain(), array.Validity);
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

    /// <summary>Writes one view a row, all zero under null, and tells whether any points into the data.</summary>
    private static bool FillViews(BinaryArray array, StringView* views)
    {
        int count = array.Length;
        int* offsets = array.Offsets;
        byte* validity = array.Validity;
        int first = offsets[0];
        bool pointing = false;
        for (int i = 0; i < count; i++)
        {
            if (validity is not null && !Bitmap.Get(validity, i))
            {
                views[i] = default;
                continue;
            }

            // Create reads 12 bytes: buffers have 64 readable ones behind their end.
            int length = offsets[i + 1] - offsets[i];
            views[i] = StringView.Create(array.Data + offsets[i], length, 0, offsets[i] - first);
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
