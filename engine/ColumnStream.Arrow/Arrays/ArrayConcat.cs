using System;
using System.Collections.Generic;
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

        switch (arrays[0])
        {
            case NullArray:
                return new NullArray((int)rows);
            case UnionArray:
                return UnionConcat.Join(arrays, (int)rows, allocator);
            case RunEndEncodedArray:
                return RunTake.Join(arrays, (int)rows, allocator);
            default:
                break;
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
            case StructArray:
                return new StructArray(type, rows, JoinFields(arrays, allocator), validity);
            case DictionaryArray:
                return DictionaryConcat.Join(arrays, type, rows, validity, allocator);
            default:
                return ListConcat.Join(arrays, type, rows, validity, allocator);
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
            Bitmap.Append(bits.Pointer, at, source, array.Length);
            at += array.Length;
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

    /// <summary>Joins each child of structs or sparse unions.</summary>
    internal static ArrayData[] JoinFields(ReadOnlySpan<ArrayData> arrays, BufferAllocator allocator)
    {
        var fields = new ArrayData[arrays[0].Children.Length];
        var parts = new ArrayData[arrays.Length];
        int done = 0;
        try
        {
            for (; done < fields.Length; done++)
            {
                for (int i = 0; i < parts.Length; i++)
                {
                    parts[i] = arrays[i].Children[done];
                }

                fields[done] = Concat(parts, allocator);
            }

            return fields;
        }
        catch
        {
            ArrayData.ReleaseAll(fields.AsSpan(0, done));
            throw;
        }
    }
}
