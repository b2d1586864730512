using System;
using System.Numerics;
using System.Runtime.InteropServices;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Joins columns of text, lists and maps end to end.</summary>
internal static unsafe class ListConcat
{
    /// <summary>Joins columns of one type; takes over <paramref name="validity"/> unless it throws.</summary>
    public static ArrayData Join(
        ReadOnlySpan<ArrayData> arrays, DataType type, int rows, NativeBuffer? validity, BufferAllocator allocator)
    {
        NativeBuffer offsets;
        ArrayData items;
        switch (arrays[0])
        {
            case BinaryArray:
                offsets = JoinBytes<int>(arrays, rows, allocator, out NativeBuffer data);
                return new BinaryArray(type, rows, offsets, data, validity);
            case LargeBinaryArray:
                offsets = JoinBytes<long>(arrays, rows, allocator, out data);
                return new LargeBinaryArray(type, rows, offsets, data, validity);
            case ListArray:
                offsets = JoinItems<int>(arrays, rows, allocator, out items);
                return new ListArray(type, rows, offsets, items, validity);
            case LargeListArray:
                offsets = JoinItems<long>(arrays, rows, allocator, out items);
                return new LargeListArray(type, rows, offsets, items, validity);
            case MapArray:
                offsets = JoinItems<int>(arrays, rows, allocator, out items);
                return new MapArray(type, rows, offsets, (StructArray)items, validity);
            case FixedSizeListArray:
                return new FixedSizeListArray(type, rows, ArrayConcat.JoinFields(arrays, allocator)[0], validity);
            case ListViewArray:
                return JoinRanges(arrays, type, rows, validity, allocator);
            default:
                throw new NotSupportedException($"Type cannot be joined: {type}.");
        }
    }

    /// <summary>
    /// Finds the smallest range of items that holds those of all valid rows; empty when there are none.
    /// </summary>
    public static (int Start, int Count) UsedItems(ListViewArray array)
    {
        int start = int.MaxValue;
        int end = 0;
        for (int i = 0; i < array.Length; i++)
        {
            int size = array.GetSize(i);
            if (size > 0 && !array.IsNull(i))
            {
                start = Math.Min(start, array.GetOffset(i));
                end = Math.Max(end, array.GetOffset(i) + size);
            }
        }

        return end == 0 ? (0, 0) : (start, end - start);
    }

    /// <summary>
    /// Copies offsets and sizes, moved by <paramref name="shift"/>; both are zero where a row is null or empty.
    /// </summary>
    public static void CopyRanges(ListViewArray array, long shift, byte* offsets, byte* sizes)
    {
        for (int i = 0; i < array.Length; i++)
        {
            int size = array.IsNull(i) ? 0 : array.GetSize(i);
            long offset = size == 0 ? 0 : array.GetOffset(i) + shift;
            if (array.OffsetWidth == 4)
            {
                ((int*)offsets)[i] = (int)offset;
                ((int*)sizes)[i] = size;
            }
            else
            {
                ((long*)offsets)[i] = offset;
                ((long*)sizes)[i] = size;
            }
        }
    }

    private static T* Offsets<T>(ArrayData array)
        where T : unmanaged => array switch
        {
            BinaryArray a => (T*)a.Offsets,
            LargeBinaryArray a => (T*)a.Offsets,
            ListArray a => (T*)a.Offsets,
            LargeListArray a => (T*)a.Offsets,
            _ => (T*)((MapArray)array).Offsets,
        };

    private static NativeBuffer JoinBytes<T>(
        ReadOnlySpan<ArrayData> arrays, int rows, BufferAllocator allocator, out NativeBuffer data)
        where T : unmanaged, IBinaryInteger<T>
    {
        NativeBuffer offsets = JoinOffsets<T>(arrays, rows, allocator);
        var to = (T*)offsets.Pointer;
        try
        {
            data = allocator.Allocate(long.CreateTruncating(to[rows]));
        }
        catch
        {
            offsets.Release();
            throw;
        }

        byte* target = data.Pointer;
        foreach (ArrayData array in arrays)
        {
            T* from = Offsets<T>(array);
            long bytes = long.CreateTruncating(from[array.Length] - from[0]);
            byte* source = array is BinaryArray a ? a.Data : ((LargeBinaryArray)array).Data;
            NativeMemory.Copy(source + long.CreateTruncating(from[0]), target, (nuint)bytes);
            target += bytes;
        }

        return offsets;
    }

    private static NativeBuffer JoinItems<T>(
        ReadOnlySpan<ArrayData> arrays, int rows, BufferAllocator allocator, out ArrayData items)
        where T : unmanaged, IBinaryInteger<T>
    {
        NativeBuffer offsets = JoinOffsets<T>(arrays, rows, allocator);
        var parts = new ArrayData[arrays.Length];
        int done = 0;
        try
        {
            for (; done < parts.Length; done++)
            {
                T* from = Offsets<T>(arrays[done]);
                int first = int.CreateTruncating(from[0]);
                int count = int.CreateTruncating(from[arrays[done].Length]) - first;
                parts[done] = arrays[done].Children[0].Slice(first, count, allocator);
            }

            items = ArrayConcat.Concat(parts, allocator);
            return offsets;
        }
        catch
        {
            offsets.Release();
            throw;
        }
        finally
        {
            ArrayData.ReleaseAll(parts.AsSpan(0, done));
        }
    }

    /// <summary>Continues ascending offsets from 0 on.</summary>
    /// <exception cref="OverflowException">The last one exceeds 32 bits.</exception>
    private static NativeBuffer JoinOffsets<T>(ReadOnlySpan<ArrayData> arrays, int rows, BufferAllocator allocator)
        where T : unmanaged, IBinaryInteger<T>
    {
        long total = 0;
        foreach (ArrayData array in arrays)
        {
            T* from = Offsets<T>(array);
            total += long.CreateTruncating(from[array.Length] - from[0]);
        }

        if (sizeof(T) == 4 && total > int.MaxValue)
        {
            throw new OverflowException($"Column exceeds 2 GiB of text, or 2^31 items: {total}.");
        }

        NativeBuffer offsets = allocator.Allocate((rows + 1L) * sizeof(T));
        var to = (T*)offsets.Pointer;
        *to = T.Zero;
        foreach (ArrayData array in arrays)
        {
            T* from = Offsets<T>(array);
            T shift = *to - from[0];
            for (int i = 1; i <= array.Length; i++)
            {
                *++to = from[i] + shift;
            }
        }

        return offsets;
    }

    private static ListViewArray JoinRanges(
        ReadOnlySpan<ArrayData> arrays, DataType type, int rows, NativeBuffer? validity, BufferAllocator allocator)
    {
        int width = ((ListViewArray)arrays[0]).OffsetWidth;
        var parts = new ArrayData[arrays.Length];
        int done = 0;
        NativeBuffer? offsets = null;
        NativeBuffer? sizes = null;
        try
        {
            offsets = allocator.Allocate((long)rows * width);
            sizes = allocator.Allocate((long)rows * width);
            long at = 0;
            long items = 0;
            for (; done < parts.Length; done++)
            {
                var part = (ListViewArray)arrays[done];
                (int start, int count) = UsedItems(part);
                parts[done] = part.Items.Slice(start, count, allocator);
                CopyRanges(part, items - start, offsets.Pointer + at, sizes.Pointer + at);
                items += count;
                at += (long)part.Length * width;
            }

            return new ListViewArray(type, rows, offsets, sizes, ArrayConcat.Concat(parts, allocator), validity);
        }
        catch
        {
            offsets?.Release();
            sizes?.Release();
            throw;
        }
        finally
        {
            ArrayData.ReleaseAll(parts.AsSpan(0, done));
        }
    }
}
