using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Joins columns or batches end to end; views share their data buffers, all else is copied.</summary>
public static unsafe class ArrayConcat
{
    /// <summary>Makes one array of all rows of <paramref name="arrays"/>, which are borrowed and of one type.</summary>
    /// <exception cref="ArgumentException">There are no arrays, or their types differ.</exception>
    /// <exception cref="OverflowException">Rows or bytes exceed what 32-bit offsets reach.</exception>
    public static ArrayData Concat(ReadOnlySpan<ArrayData> arrays, BufferAllocator allocator)
    {
        if (arrays.IsEmpty)
        {
            throw new ArgumentException("Nothing to join.", nameof(arrays));
        }

        DataType type = arrays[0].Type;
        long rows = 0;
        bool nulls = false;
        foreach (ArrayData array in arrays)
        {
            if (array.Type != type)
            {
                throw new ArgumentException($"Types differ: {type}, {array.Type}.", nameof(arrays));
            }

            rows += array.Length;
            nulls |= array.Validity is not null;
        }

        if (rows > int.MaxValue)
        {
            throw new OverflowException($"Column exceeds 2^31 rows: {rows}.");
        }

        if (arrays.Length == 1)
        {
            return arrays[0].Retain();
        }

        if (arrays[0] is NullArray)
        {
            return new NullArray((int)rows);
        }

        NativeBuffer? validity = nulls ? JoinBits(arrays, (int)rows, ofValues: false, allocator) : null;
        try
        {
            return JoinValues(arrays, type, (int)rows, validity, allocator);
        }
        catch
        {
            validity?.Release();
            throw;
        }
    }

    /// <summary>Makes one batch of all rows of <paramref name="batches"/>, which are borrowed.</summary>
    /// <exception cref="ArgumentException">There are no batches, or their types differ.</exception>
    public static RecordBatch Concat(ReadOnlySpan<RecordBatch> batches, BufferAllocator allocator)
    {
        if (batches.IsEmpty)
        {
            throw new ArgumentException("Nothing to join.", nameof(batches));
        }

        var columns = new ArrayData[batches[0].Columns.Length];
        var parts = new ArrayData[batches.Length];
        int rows = 0;
        foreach (RecordBatch batch in batches)
        {
            rows = checked(rows + batch.Length);
        }

        int done = 0;
        try
        {
            for (; done < columns.Length; done++)
            {
                for (int i = 0; i < parts.Length; i++)
                {
                    parts[i] = batches[i].Columns[done];
                }

                columns[done] = Concat(parts, allocator);
            }

            return new RecordBatch(batches[0].Schema, columns, rows);
        }
        catch
        {
            ArrayData.ReleaseAll(columns.AsSpan(0, done));
            throw;
        }
    }

    private static ArrayData JoinValues(
        ReadOnlySpan<ArrayData> arrays, DataType type, int rows, NativeBuffer? validity, BufferAllocator allocator)
    {
        switch (arrays[0])
        {
            case FixedWidthArray:
                NativeBuffer values = allocator.Allocate((long)rows * type.ByteWidth);
                byte* target = values.Pointer;
                foreach (ArrayData array in arrays)
                {
                    long bytes = (long)array.Length * type.ByteWidth;
                    Buffer.MemoryCopy(((FixedWidthArray)array).Pointer, target, bytes, bytes);
                    target += bytes;
                }

                return new FixedWidthArray(type, rows, values, validity);
            case BooleanArray:
                return new BooleanArray(rows, JoinBits(arrays, rows, ofValues: true, allocator), validity);
            case ViewArray:
                return JoinViews(arrays, type, rows, validity, allocator);
            case BinaryArray:
                return JoinBinary(arrays, type, rows, validity, allocator);
            case ListArray:
                return JoinLists(arrays, type, rows, validity, allocator);
            case MapArray:
                return JoinMaps(arrays, type, rows, validity, allocator);
            case StructArray:
                return JoinStructs(arrays, type, rows, validity, allocator);
            default:
                throw new NotSupportedException($"Type cannot be joined: {type}.");
        }
    }

    private static NativeBuffer JoinBits(
        ReadOnlySpan<ArrayData> arrays, int rows, bool ofValues, BufferAllocator allocator)
    {
        NativeBuffer bits = allocator.Allocate(Bitmap.ByteCount(rows));
        bits.Length = (rows + 7) >> 3;
        int at = 0;
        foreach (ArrayData array in arrays)
        {
            byte* source = ofValues ? ((BooleanArray)array).Bits : array.Validity;
            for (int i = 0; i < array.Length; i++, at++)
            {
                int bit = source is null ? 1 : source[i >> 3] >> (i & 7) & 1;
                int kept = (at & 7) == 0 ? 0 : bits.Pointer[at >> 3];
                bits.Pointer[at >> 3] = (byte)(kept | (bit << (at & 7)));
            }
        }

        return bits;
    }

    private static ViewArray JoinViews(
        ReadOnlySpan<ArrayData> arrays, DataType type, int rows, NativeBuffer? validity, BufferAllocator allocator)
    {
        NativeBuffer views = allocator.Allocate(rows * 16L);
        var target = (StringView*)views.Pointer;
        var data = new List<NativeBuffer>();
        NativeBuffer[]? last = null;
        int first = 0;
        foreach (ArrayData array in arrays)
        {
            var part = (ViewArray)array;
            if (!ReferenceEquals(part.Data, last))
            {
                last = part.Data;
                first = data.Count;
                data.AddRange(last);
            }

            for (int i = 0; i < part.Length; i++)
            {
                StringView view = part.Pointer[i];
                view.BufferIndex += view.IsInline ? 0 : first;
                *target++ = view;
            }
        }

        foreach (NativeBuffer buffer in data)
        {
            buffer.Retain();
        }

        return new ViewArray(type, rows, views, [.. data], validity);
    }

    private static BinaryArray JoinBinary(
        ReadOnlySpan<ArrayData> arrays, DataType type, int rows, NativeBuffer? validity, BufferAllocator allocator)
    {
        long total = 0;
        foreach (ArrayData array in arrays)
        {
            int* from = ((BinaryArray)array).Offsets;
            total += from[array.Length] - from[0];
        }

        NativeBuffer offsets = allocator.Allocate((rows + 1L) * 4);
        NativeBuffer data;
        try
        {
            data = allocator.Allocate(total <= int.MaxValue
                ? total
                : throw new OverflowException($"Text column exceeds 2 GiB: {total}."));
        }
        catch
        {
            offsets.Release();
            throw;
        }

        int* to = (int*)offsets.Pointer;
        *to = 0;
        foreach (ArrayData array in arrays)
        {
            var part = (BinaryArray)array;
            int* from = part.Offsets;
            int bytes = from[part.Length] - from[0];
            Unsafe.CopyBlockUnaligned(data.Pointer + *to, part.Data + from[0], (uint)bytes);
            to = AppendOffsets(from, part.Length, to);
        }

        return new BinaryArray(type, rows, offsets, data, validity);
    }

    private static ListArray JoinLists(
        ReadOnlySpan<ArrayData> arrays, DataType type, int rows, NativeBuffer? validity, BufferAllocator allocator)
    {
        NativeBuffer offsets = allocator.Allocate((rows + 1L) * 4);
        var items = new ArrayData[arrays.Length];
        int done = 0;
        try
        {
            int* to = (int*)offsets.Pointer;
            *to = 0;
            foreach (ArrayData array in arrays)
            {
                var part = (ListArray)array;
                int* from = part.Offsets;
                items[done] = part.Items.Slice(from[0], from[part.Length] - from[0], allocator);
                done++;
                to = AppendOffsets(from, part.Length, to);
            }

            return new ListArray(type, rows, offsets, Concat(items, allocator), validity);
        }
        catch
        {
            offsets.Release();
            throw;
        }
        finally
        {
            ArrayData.ReleaseAll(items.AsSpan(0, done));
        }
    }

    private static MapArray JoinMaps(
        ReadOnlySpan<ArrayData> arrays, DataType type, int rows, NativeBuffer? validity, BufferAllocator allocator)
    {
        NativeBuffer offsets = allocator.Allocate((rows + 1L) * 4);
        var entries = new ArrayData[arrays.Length];
        int done = 0;
        try
        {
            int* to = (int*)offsets.Pointer;
            *to = 0;
            foreach (ArrayData array in arrays)
            {
                var part = (MapArray)array;
                int* from = part.Offsets;
                entries[done] = part.Entries.Slice(from[0], from[part.Length] - from[0], allocator);
                done++;
                to = AppendOffsets(from, part.Length, to);
            }

            return new MapArray(type, rows, offsets, (StructArray)Concat(entries, allocator), validity);
        }
        catch
        {
            offsets.Release();
            throw;
        }
        finally
        {
            ArrayData.ReleaseAll(entries.AsSpan(0, done));
        }
    }

    private static StructArray JoinStructs(
        ReadOnlySpan<ArrayData> arrays, DataType type, int rows, NativeBuffer? validity, BufferAllocator allocator)
    {
        var fields = new ArrayData[type.Children.Count];
        var parts = new ArrayData[arrays.Length];
        int done = 0;
        try
        {
            for (; done < fields.Length; done++)
            {
                for (int i = 0; i < parts.Length; i++)
                {
                    parts[i] = ((StructArray)arrays[i]).Fields[done];
                }

                fields[done] = Concat(parts, allocator);
            }

            return new StructArray(type, rows, fields, validity);
        }
        catch
        {
            ArrayData.ReleaseAll(fields.AsSpan(0, done));
            throw;
        }
    }

    /// <summary>
    /// Continues ascending offsets behind the one at <paramref name="to"/> and returns the new last one's place.
    /// </summary>
    private static int* AppendOffsets(int* from, int count, int* to)
    {
        int shift = *to - from[0];
        for (int i = 1; i <= count; i++)
        {
            *++to = from[i] + shift;
        }

        return to;
    }
}
