using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Gathers rows by index into new arrays; a negative index gives a null row.</summary>
/// <remarks>Views keep sharing their data buffers; every other layout is copied.</remarks>
public static unsafe class TakeKernel
{
    /// <summary>
    /// Makes an array of the given rows of <paramref name="array"/>, in their order; rows may repeat.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A row is at or behind the array's end.</exception>
    public static ArrayData Take(ArrayData array, ReadOnlySpan<int> rows, BufferAllocator allocator)
    {
        bool negative = CheckRows(rows, array.Length);
        fixed (int* pointer = rows)
        {
            return Gather(array, pointer, rows.Length, negative, allocator);
        }
    }

    /// <summary>Makes a batch of the given rows of <paramref name="batch"/>, in their order; rows may repeat.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A row is at or behind the batch's end.</exception>
    public static RecordBatch Take(RecordBatch batch, ReadOnlySpan<int> rows, BufferAllocator allocator)
    {
        bool negative = CheckRows(rows, batch.Length);
        fixed (int* pointer = rows)
        {
            ArrayData[] columns = GatherAll(batch.Columns, pointer, rows.Length, negative, allocator);
            return new RecordBatch(batch.Schema, columns, rows.Length);
        }
    }

    /// <summary>Checks the upper bound once for all rows and tells whether any is negative.</summary>
    private static bool CheckRows(ReadOnlySpan<int> rows, int length)
    {
        Vector<int> most = new(-1);
        Vector<int> signs = Vector<int>.Zero;
        int i = 0;
        for (; VectorSwitch.UseVectors && i <= rows.Length - Vector<int>.Count; i += Vector<int>.Count)
        {
            var block = new Vector<int>(rows.Slice(i, Vector<int>.Count));
            most = Vector.Max(most, block);
            signs |= block;
        }

        int largest = -1;
        int sign = 0;
        for (int lane = 0; lane < Vector<int>.Count; lane++)
        {
            largest = Math.Max(largest, most[lane]);
            sign |= signs[lane];
        }

        for (; i < rows.Length; i++)
        {
            largest = Math.Max(largest, rows[i]);
            sign |= rows[i];
        }

        if (largest >= length)
        {
            throw new ArgumentOutOfRangeException(nameof(rows), $"Row is behind the end: {largest}, {length}.");
        }

        return sign < 0;
    }

    internal static ArrayData[] GatherAll(
        ArrayData[] arrays, int* rows, int count, bool negative, BufferAllocator allocator)
    {
        var taken = new ArrayData[arrays.Length];
        int done = 0;
        try
        {
            for (; done < taken.Length; done++)
            {
                taken[done] = Gather(arrays[done], rows, count, negative, allocator);
            }

            return taken;
        }
        catch
        {
            ArrayData.ReleaseAll(taken.AsSpan(0, done));
            throw;
        }
    }

    /// <summary>Gathers rows that were checked; <paramref name="negative"/> tells whether any may be negative.</summary>
    internal static ArrayData Gather(ArrayData array, int* rows, int count, bool negative, BufferAllocator allocator)
    {
        switch (array)
        {
            case NullArray:
                return new NullArray(count);
            case UnionArray a:
                return UnionTake.Take(a, rows, count, allocator);
            case RunEndEncodedArray a:
                return RunTake.Take(a, rows, count, allocator);
            default:
                break;
        }

        NativeBuffer? validity = null;
        if (array.Validity is not null || negative)
        {
            validity = allocator.Allocate(Bitmap.ByteCount(count));
            validity.Length = (count + 7) >> 3;
            GatherBits(array.Validity, rows, count, nullsOf: negative, validity.Pointer);
        }

        try
        {
            return array switch
            {
                FixedWidthArray a => TakeFixed(a, rows, count, negative, validity, allocator),
                ViewArray a => TakeViews(a, rows, count, negative, validity, allocator),
                BooleanArray a => TakeBits(a, rows, count, negative, validity, allocator),
                StructArray a => new StructArray(
                    a.Type, count, GatherAll(a.Fields, rows, count, negative, allocator), validity),
                DictionaryArray a => TakeIndexes(a, rows, count, negative, validity, allocator),
                _ => ListTake.Take(array, rows, count, validity, allocator),
            };
        }
        catch
        {
            validity?.Release();
            throw;
        }
    }

    private static FixedWidthArray TakeFixed(
        FixedWidthArray array, int* rows, int count, bool negative, NativeBuffer? validity, BufferAllocator allocator)
    {
        int width = array.ByteWidth;
        NativeBuffer values = allocator.Allocate((long)count * width);
        GatherFixed(array.Pointer, width, rows, count, negative, values.Pointer);
        return new FixedWidthArray(array.Type, count, values, validity);
    }

    private static DictionaryArray TakeIndexes(
        DictionaryArray array, int* rows, int count, bool negative, NativeBuffer? validity, BufferAllocator allocator)
    {
        int width = array.IndexWidth;
        NativeBuffer indexes = allocator.Allocate((long)count * width);
        GatherFixed(array.Pointer, width, rows, count, negative, indexes.Pointer);
        return new DictionaryArray(array.Type, count, indexes, array.Dictionary.Retain(), validity);
    }

    /// <summary>Gathers values of one width; negative rows give zeros.</summary>
    internal static void GatherFixed(byte* source, int width, int* rows, int count, bool negative, byte* target)
    {
        switch (width)
        {
            case 1:
                GatherValues(source, rows, count, negative, target);
                break;
            case 2:
                GatherValues((ushort*)source, rows, count, negative, (ushort*)target);
                break;
            case 4:
                GatherValues((uint*)source, rows, count, negative, (uint*)target);
                break;
            case 8:
                GatherValues((ulong*)source, rows, count, negative, (ulong*)target);
                break;
            case 16:
                GatherValues((Vector128<byte>*)source, rows, count, negative, (Vector128<byte>*)target);
                break;
            default:
                GatherBytes(source, width, rows, count, target);
                break;
        }
    }

    private static ViewArray TakeViews(
        ViewArray array, int* rows, int count, bool negative, NativeBuffer? validity, BufferAllocator allocator)
    {
        NativeBuffer views = allocator.Allocate(count * 16L);
        var target = (Vector128<byte>*)views.Pointer;
        GatherValues((Vector128<byte>*)array.Pointer, rows, count, negative, target);
        foreach (NativeBuffer data in array.Data)
        {
            data.Retain();
        }

        return new ViewArray(array.Type, count, views, array.Data, validity);
    }

    private static BooleanArray TakeBits(
        BooleanArray array, int* rows, int count, bool negative, NativeBuffer? validity, BufferAllocator allocator)
    {
        NativeBuffer bits = allocator.Allocate(Bitmap.ByteCount(count));
        bits.Length = (count + 7) >> 3;
        GatherBits(array.Bits, rows, count, negative, bits.Pointer);
        return new BooleanArray(count, bits, validity);
    }

    // Rows were checked against the array's length by CheckRows, once per call; items of lists are inside by the
    // array's own invariant.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GatherValues<T>(T* source, int* rows, int count, bool negative, T* target)
        where T : unmanaged
    {
        int i = 0;
        if (negative)
        {
            for (; i < count; i++)
            {
                target[i] = rows[i] < 0 ? default : source[rows[i]];
            }

            return;
        }

        for (; i <= count - 4; i += 4)
        {
            T a = source[rows[i]];
            T b = source[rows[i + 1]];
            T c = source[rows[i + 2]];
            T d = source[rows[i + 3]];
            target[i] = a;
            target[i + 1] = b;
            target[i + 2] = c;
            target[i + 3] = d;
        }

        for (; i < count; i++)
        {
            target[i] = source[rows[i]];
        }
    }

    private static void GatherBytes(byte* source, int width, int* rows, int count, byte* target)
    {
        for (int i = 0; i < count; i++, target += width)
        {
            if (rows[i] < 0)
            {
                Unsafe.InitBlockUnaligned(target, 0, (uint)width);
            }
            else
            {
                Unsafe.CopyBlockUnaligned(target, source + ((long)rows[i] * width), (uint)width);
            }
        }
    }

    /// <summary>Gathers bits; a missing <paramref name="bits"/> means all ones; negative rows give zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GatherBits(byte* bits, int* rows, int count, bool nullsOf, byte* target)
    {
        for (int i = 0; i < count; i += 8)
        {
            int most = Math.Min(8, count - i);
            int packed = 0;
            if (nullsOf || bits is null)
            {
                for (int k = 0; k < most; k++)
                {
                    int row = rows[i + k];
                    int bit = row < 0 ? 0 : bits is null ? 1 : bits[row >> 3] >> (row & 7) & 1;
                    packed |= bit << k;
                }
            }
            else
            {
                for (int k = 0; k < most; k++)
                {
                    int row = rows[i + k];
                    packed |= (bits[row >> 3] >> (row & 7) & 1) << k;
                }
            }

            target[i >> 3] = (byte)packed;
        }
    }
}
