using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Threading;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Engine.Operators;

/// <summary>Orders rows of one batch by sort keys, ties by position; text by bytes, NaN above all numbers.</summary>
internal sealed unsafe class RowComparer(RecordBatch batch, IReadOnlyList<SortKey> keys) : IComparer<int>
{
    /// <summary>How many comparisons lie between two looks whether the job ends.</summary>
    private const int BetweenLooks = 4096;

    private CancellationToken _cancellation;
    private int _compared;

    /// <summary>Returns the row numbers in order.</summary>
    /// <param name="cancellation">Ends with the job.</param>
    /// <exception cref="OperationCanceledException">The job ends.</exception>
    /// <remarks>The first key becomes a 64-bit prefix that sorts as an integer; only rows of equal prefix are compared in full.</remarks>
    public int[] Order(CancellationToken cancellation)
    {
        _cancellation = cancellation;
        int length = batch.Length;
        var rows = new int[length];
        var prefixes = new ulong[length];
        SortKey first = keys[0];
        ArrayData column = batch.Columns[first.Column];
        int nulls = column.NullCount;
        int valueAt = first.NullsFirst ? nulls : 0;
        int nullAt = first.NullsFirst ? 0 : length - nulls;
        int valueStart = valueAt;
        int nullStart = nullAt;
        for (int i = 0; i < length; i++)
        {
            if (nulls > 0 && column.IsNull(i))
            {
                rows[nullAt++] = i;
                continue;
            }

            ulong prefix = Prefix(column, i);
            prefixes[valueAt] = first.Descending ? ~prefix : prefix;
            rows[valueAt++] = i;
        }

        PrefixSort.Run(prefixes.AsSpan(valueStart, length - nulls), rows.AsSpan(valueStart, length - nulls), cancellation);
        SortTies(rows, prefixes, valueStart, valueStart + length - nulls);
        SortInFull(rows, nullStart, nulls);
        return rows;
    }

    /// <inheritdoc/>
    public int Compare(int x, int y)
    {
        if (++_compared % BetweenLooks == 0)
        {
            _cancellation.ThrowIfCancellationRequested();
        }

        foreach (SortKey key in keys)
        {
            ArrayData column = batch.Columns[key.Column];
            bool leftNull = column.IsNull(x);
            bool rightNull = column.IsNull(y);
            int order = leftNull || rightNull
                ? (leftNull == rightNull ? 0 : leftNull == key.NullsFirst ? -1 : 1)
                : key.Descending ? -CompareValues(column, x, y) : CompareValues(column, x, y);
            if (order != 0)
            {
                return order;
            }
        }

        return x.CompareTo(y);
    }

    /// <summary>Returns how many keys, from the first on, two rows have in common.</summary>
    public int SameKeys(int x, int y)
    {
        for (int i = 0; i < keys.Count; i++)
        {
            ArrayData column = batch.Columns[keys[i].Column];
            bool isNull = column.IsNull(x);
            if (isNull != column.IsNull(y) || (!isNull && CompareValues(column, x, y) != 0))
            {
                return i;
            }
        }

        return keys.Count;
    }

    private static int CompareValues(ArrayData column, int x, int y) => column switch
    {
        ViewArray text => text.GetBytes(x).SequenceCompareTo(text.GetBytes(y)),
        FixedWidthArray wide when wide.Type.Id == TypeId.Decimal128 =>
            wide.Values<Int128>()[x].CompareTo(wide.Values<Int128>()[y]),
        _ => Prefix(column, x).CompareTo(Prefix(column, y)),
    };

    /// <summary>Maps a value to an unsigned integer of the same order; equal only says "look closer" for text and wide decimals.</summary>
    private static ulong Prefix(ArrayData column, int row)
    {
        const ulong Sign = 1UL << 63;
        switch (column)
        {
            case BooleanArray booleans:
                return booleans.GetValue(row) ? 1UL : 0;
            case ViewArray text:
                Span<byte> start = stackalloc byte[8];
                ReadOnlySpan<byte> bytes = text.GetBytes(row);
                bytes[..Math.Min(8, bytes.Length)].CopyTo(start);
                return BinaryPrimitives.ReadUInt64BigEndian(start);
            case FixedWidthArray values:
                byte* p = values.Pointer + ((long)row * values.ByteWidth);
                return values.Type.Id switch
                {
                    TypeId.Int8 => (ulong)(long)*(sbyte*)p ^ Sign,
                    TypeId.Int16 => (ulong)(long)*(short*)p ^ Sign,
                    TypeId.Int32 or TypeId.Date32 or TypeId.Time32 => (ulong)(long)*(int*)p ^ Sign,
                    TypeId.Float32 => Ordered(*(float*)p),
                    TypeId.Float64 => Ordered(*(double*)p),
                    TypeId.Decimal128 => (ulong)(long)(*(Int128*)p >> 64) ^ Sign,
                    _ when values.ByteWidth == 8 => *(ulong*)p ^ Sign,
                    _ => throw Unsupported(column),
                };
            default:
                throw Unsupported(column);
        }
    }

    private static ulong Ordered(double value)
    {
        value = double.IsNaN(value) ? double.NaN : value == 0 ? 0.0 : value;
        ulong bits = BitConverter.DoubleToUInt64Bits(Math.Abs(value));
        return double.IsNegative(value) && !double.IsNaN(value) ? ~bits & ~(1UL << 63) : bits | (1UL << 63);
    }

    private static InvariantException Unsupported(ArrayData column) => new(9001, $"Column cannot be sorted: {column.Type}.");

    private void SortTies(int[] rows, ulong[] prefixes, int start, int end)
    {
        for (int i = start; i < end;)
        {
            int j = i + 1;
            while (j < end && prefixes[j] == prefixes[i])
            {
                j++;
            }

            if (j - i > 1)
            {
                SortInFull(rows, i, j - i);
            }

            i = j;
        }
    }

    private void SortInFull(int[] rows, int start, int count)
    {
        try
        {
            Array.Sort(rows, start, count, this);
        }
        catch (InvalidOperationException failure) when (failure.InnerException is OperationCanceledException)
        {
            // What a comparison throws comes wrapped.
            throw new OperationCanceledException(failure.Message, failure, _cancellation);
        }
    }
}
