using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Keeps (value, frequency) pairs and finds percentiles among them when a result is asked for.</summary>
internal sealed unsafe class PercentileAccumulator(AggregateCall call)
    : LogAccumulator(DataType.Float64, takesNulls: false)
{
    private readonly DataType _result = call.Type.ToArrow();
    private readonly double[] _percentages = Percentages(call);
    private double[] _values = [];
    private long[] _counts = [];

    /// <inheritdoc/>
    public override void Accumulate(
        ReadOnlySpan<ArrayData> arguments, int start, int count, byte** rows, sbyte* signs, TextHeap heap)
    {
        var values = (double*)((FixedWidthArray)arguments[0]).Pointer + start;
        long* frequencies = arguments.Length > 1 ? (long*)((FixedWidthArray)arguments[1]).Pointer + start : null;
        long* pair = stackalloc long[2];
        for (int i = 0; i < count; i++)
        {
            int sign = signs is null ? 1 : signs[i];
            pair[1] = frequencies is null ? 1 : frequencies[i];
            if (sign != 0 && pair[1] > 0)
            {
                *(double*)pair = values[i];
                Log.Append(rows[i] + Offset, (byte*)pair, 16, isNull: false, sign < 0, heap);
            }
        }
    }

    /// <inheritdoc/>
    public override void Offer(byte* row, byte* value, TextHeap heap)
    {
        long* pair = stackalloc long[2] { *(long*)value, 1 };
        Log.Append(row + Offset, (byte*)pair, 16, isNull: false, takesBack: false, heap);
    }

    /// <inheritdoc/>
    public override ArrayData Emit(byte** rows, int count, BufferAllocator allocator)
    {
        using ColumnBuilder builder = ColumnBuilder.Create(_result, allocator, count);
        for (int i = 0; i < count; i++)
        {
            long total = Sort(rows[i] + Offset, out int length);
            if (total == 0 || _percentages.Length == 0)
            {
                builder.AppendNull();
                continue;
            }

            foreach (double percentage in _percentages)
            {
                double value = Find((total - 1) * percentage, length);
                ((FixedWidthBuilder)(builder is ListBuilder list ? list.Items : builder)).Append(value);
            }

            (builder as ListBuilder)?.AppendList();
        }

        return builder.Finish();
    }

    private static double[] Percentages(AggregateCall call)
    {
        var percentages = new double[call.Constants.Count];
        for (int i = 0; i < percentages.Length; i++)
        {
            percentages[i] = LiteralNumber.Read(call.Constants[i]);
        }

        return percentages;
    }

    /// <summary>Sorts what stands; counts become counts of all values up to each, whose last is returned.</summary>
    private long Sort(byte* cells, out int length)
    {
        Log.Read(cells);
        length = Log.Count;
        if (_values.Length < length)
        {
            _values = new double[Math.Max(length, 2 * _values.Length)];
            _counts = new long[_values.Length];
        }

        for (int i = 0; i < length; i++)
        {
            _values[i] = *(double*)Log.Entries[i].Pointer;
            _counts[i] = ((long*)Log.Entries[i].Pointer)[1];
        }

        // NaN is above all numbers.
        Array.Sort(_values, _counts, 0, length, NanLast.Instance);
        long total = 0;
        for (int i = 0; i < length; i++)
        {
            total += _counts[i];
            _counts[i] = total;
        }

        return total;
    }

    private double Find(double position, int length)
    {
        long lower = (long)Math.Floor(position);
        long upper = (long)Math.Ceiling(position);
        double low = At(lower, length);
        double high = lower == upper ? low : At(upper, length);
        return low == high ? low : ((upper - position) * low) + ((position - lower) * high);
    }

    private double At(long position, int length)
    {
        int index = Array.BinarySearch(_counts, 0, length, position + 1);
        index = index < 0 ? ~index : index;
        return _values[Math.Min(index, length - 1)];
    }

    private sealed class NanLast : IComparer<double>
    {
        public static readonly NanLast Instance = new();

        public int Compare(double x, double y) =>
            double.IsNaN(x) || double.IsNaN(y) ? double.IsNaN(x).CompareTo(double.IsNaN(y)) : x.CompareTo(y);
    }
}
