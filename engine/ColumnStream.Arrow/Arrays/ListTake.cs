using System;
using System.Numerics;
using System.Runtime.InteropServices;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Gathers rows of text, lists and maps; rows were checked, and a negative one gives an empty value.</summary>
internal static unsafe class ListTake
{
    /// <summary>Gathers rows; takes over <paramref name="validity"/> unless it throws.</summary>
    public static ArrayData Take(
        ArrayData array, int* rows, int count, NativeBuffer? validity, BufferAllocator allocator)
    {
        NativeBuffer offsets;
        ArrayData items;
        switch (array)
        {
            case BinaryArray a:
                offsets = TakeBytes(a.Offsets, a.Data, rows, count, allocator, out NativeBuffer data);
                return new BinaryArray(a.Type, count, offsets, data, validity);
            case LargeBinaryArray a:
                offsets = TakeBytes(a.Offsets, a.Data, rows, count, allocator, out data);
                return new LargeBinaryArray(a.Type, count, offsets, data, validity);
            case ListArray a:
                offsets = TakeItems(a.Offsets, a.Items, rows, count, allocator, out items);
                return new ListArray(a.Type, count, offsets, items, validity);
            case LargeListArray a:
                offsets = TakeItems(a.Offsets, a.Items, rows, count, allocator, out items);
                return new LargeListArray(a.Type, count, offsets, items, validity);
            case MapArray a:
                offsets = TakeItems(a.Offsets, a.Entries, rows, count, allocator, out items);
                return new MapArray(a.Type, count, offsets, (StructArray)items, validity);
            case ListViewArray a:
                return TakeRanges(a, rows, count, validity, allocator);
            case FixedSizeListArray a:
                return TakeFixedSize(a, rows, count, validity, allocator);
            default:
                throw new NotSupportedException($"Type cannot be gathered: {array.Type}.");
        }
    }

    private static NativeBuffer TakeBytes<T>(
        T* from, byte* source, int* rows, int count, BufferAllocator allocator, out NativeBuffer data)
        where T : unmanaged, IBinaryInteger<T>
    {
        NativeBuffer offsets = TakeOffsets(from, rows, count, allocator);
        var to = (T*)offsets.Pointer;
        try
        {
            data = allocator.Allocate(long.CreateTruncating(to[count]));
        }
        catch
        {
            offsets.Release();
            throw;
        }

        byte* target = data.Pointer;
        for (int i = 0; i < count; i++)
        {
            long bytes = long.CreateTruncating(to[i + 1] - to[i]);
            if (bytes > 0)
            {
                byte* first = source + long.CreateTruncating(from[rows[i]]);
                NativeMemory.Copy(first, target + long.CreateTruncating(to[i]), (nuint)bytes);
            }
        }

        return offsets;
    }

    private static NativeBuffer TakeItems<T>(
        T* from, ArrayData child, int* rows, int count, BufferAllocator allocator, out ArrayData items)
        where T : unmanaged, IBinaryInteger<T>
    {
        NativeBuffer offsets = TakeOffsets(from, rows, count, allocator);
        NativeBuffer? itemRows = null;
        try
        {
            var to = (T*)offsets.Pointer;
            int total = int.CreateChecked(to[count]);
            itemRows = allocator.Allocate(total * 4L);
            int* next = (int*)itemRows.Pointer;
            for (int i = 0; i < count; i++)
            {
                int first = rows[i] < 0 ? 0 : int.CreateTruncating(from[rows[i]]);
                for (int n = int.CreateTruncating(to[i + 1] - to[i]); n > 0; n--)
                {
                    *next++ = first++;
                }
            }

            items = TakeKernel.Gather(child, (int*)itemRows.Pointer, total, negative: false, allocator);
            return offsets;
        }
        catch
        {
            offsets.Release();
            throw;
        }
        finally
        {
            itemRows?.Release();
        }
    }

    /// <summary>Adds up the lengths of the rows into count + 1 new offsets.</summary>
    private static NativeBuffer TakeOffsets<T>(T* from, int* rows, int count, BufferAllocator allocator)
        where T : unmanaged, IBinaryInteger<T>
    {
        NativeBuffer offsets = allocator.Allocate((count + 1L) * sizeof(T));
        var to = (T*)offsets.Pointer;
        long total = 0;
        to[0] = T.Zero;
        for (int i = 0; i < count; i++)
        {
            int row = rows[i];
            total += row < 0 ? 0 : long.CreateTruncating(from[row + 1] - from[row]);
            to[i + 1] = T.CreateTruncating(total);
        }

        if (sizeof(T) == 4 && total > int.MaxValue)
        {
            offsets.Release();
            throw new OverflowException($"Gathered column exceeds 2 GiB: {total}.");
        }

        return offsets;
    }

    /// <summary>Gathers offsets and sizes; the items are shared.</summary>
    private static ListViewArray TakeRanges(
        ListViewArray array, int* rows, int count, NativeBuffer? validity, BufferAllocator allocator)
    {
        int width = array.OffsetWidth;
        NativeBuffer offsets = allocator.Allocate((long)count * width);
        NativeBuffer sizes;
        try
        {
            sizes = allocator.Allocate((long)count * width);
        }
        catch
        {
            offsets.Release();
            throw;
        }

        TakeKernel.GatherFixed(array.OffsetsPointer, width, rows, count, negative: true, offsets.Pointer);
        TakeKernel.GatherFixed(array.SizesPointer, width, rows, count, negative: true, sizes.Pointer);
        return new ListViewArray(array.Type, count, offsets, sizes, array.Items.Retain(), validity);
    }

    private static FixedSizeListArray TakeFixedSize(
        FixedSizeListArray array, int* rows, int count, NativeBuffer? validity, BufferAllocator allocator)
    {
        int size = array.ListSize;
        long total = (long)count * size;
        if (total > int.MaxValue)
        {
            throw new OverflowException($"Gathered column exceeds 2^31 items: {total}.");
        }

        NativeBuffer itemRows = allocator.Allocate(total * 4);
        try
        {
            int* next = (int*)itemRows.Pointer;
            for (int i = 0; i < count; i++)
            {
                for (int k = 0; k < size; k++)
                {
                    *next++ = rows[i] < 0 ? -1 : (rows[i] * size) + k;
                }
            }

            var gathered = (int*)itemRows.Pointer;
            ArrayData items = TakeKernel.Gather(array.Items, gathered, (int)total, validity is not null, allocator);
            return new FixedSizeListArray(array.Type, count, items, validity);
        }
        finally
        {
            itemRows.Release();
        }
    }
}
