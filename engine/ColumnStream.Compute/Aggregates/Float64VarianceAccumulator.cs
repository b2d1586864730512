using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Adds FLOAT or DOUBLE values and their squares in twice the precision, so that rows can be taken back.</summary>
/// <remarks>
/// Cells: sum (head, rest), sum of squares (head, rest), values, values that are NaN or infinite: with one of these the
/// result is NaN, and without it again a number.
/// </remarks>
/// <param name="result">Type of the result.</param>
/// <param name="isSample">Whether the divisor is one less than the number of values.</param>
/// <param name="isRoot">Whether the result is the square root.</param>
internal sealed unsafe class Float64VarianceAccumulator(DataType result, bool isSample, bool isRoot) : Accumulator
{
    /// <inheritdoc/>
    public override ValueList<CellType> Cells =>
        [CellType.Float64, CellType.Float64, CellType.Float64, CellType.Float64, CellType.Int64, CellType.Int64];

    /// <inheritdoc/>
    public override void Accumulate(
        ArrayData? argument, int start, int count, byte** rows, sbyte* signs, TextHeap heap)
    {
        ulong* scratch = stackalloc ulong[BlockRows];
        var values = (double*)ArgumentWords.Read(argument!, start, count, scratch);
        for (int i = 0; i < count; i++)
        {
            int sign = signs is null ? 1 : signs[i];
            if (sign != 0)
            {
                Add(rows[i] + Offset, values[i], sign);
            }
        }
    }

    /// <inheritdoc/>
    public override void Merge(byte** targets, byte** sources, int count, TextHeap heap)
    {
        for (int i = 0; i < count; i++)
        {
            byte* target = targets[i] + Offset;
            byte* source = sources[i] + Offset;
            var from = (double*)source;
            Add((double*)target, from[0], from[1]);
            Add((double*)target + 2, from[2], from[3]);
            ((long*)target)[4] += ((long*)source)[4];
            ((long*)target)[5] += ((long*)source)[5];
        }
    }

    /// <inheritdoc/>
    public override void Offer(byte* row, byte* value, TextHeap heap) => Add(row + Offset, *(double*)value, 1);

    /// <inheritdoc/>
    public override ArrayData Emit(byte** rows, int count, BufferAllocator allocator)
    {
        NativeBuffer values = allocator.Allocate((long)count * result.ByteWidth);
        NativeBuffer bits = allocator.AllocateZeroed(Bitmap.ByteCount(count));
        bits.Length = (count + 7) >> 3;
        for (int i = 0; i < count; i++)
        {
            double value = Value(rows[i], out bool valid);
            bits.Pointer[i >> 3] |= (byte)((valid ? 1 : 0) << (i & 7));
            if (result.Id == TypeId.Float32)
            {
                ((float*)values.Pointer)[i] = (float)value;
            }
            else
            {
                ((double*)values.Pointer)[i] = value;
            }
        }

        return new FixedWidthArray(result, count, values, bits);
    }

    /// <inheritdoc/>
    public override bool SameResult(byte* left, byte* right)
    {
        double a = Value(left, out bool leftValid);
        double b = Value(right, out bool rightValid);
        return leftValid == rightValid && a.Equals(b);
    }

    private static void Add(byte* cells, double value, int sign)
    {
        var sums = (double*)cells;
        var counts = (long*)cells + 4;
        counts[0] += sign;
        if (!double.IsFinite(value * value))
        {
            counts[1] += sign;
            return;
        }

        double square = value * value;
        Add(sums, sign * value, 0);
        Add(sums + 2, sign * square, sign * Math.FusedMultiplyAdd(value, value, -square));
    }

    /// <summary>Adds head + rest to a sum of the same form.</summary>
    private static void Add(double* sum, double head, double rest)
    {
        double total = sum[0] + head;
        double part = total - sum[0];
        double error = sum[0] - (total - part) + (head - part) + sum[1] + rest;
        sum[0] = total + error;
        sum[1] = error - (sum[0] - total);
    }

    private double Value(byte* row, out bool valid)
    {
        var sums = (double*)(row + Offset);
        var counts = (long*)(row + Offset) + 4;
        double count = counts[0];
        valid = count > (isSample ? 1 : 0);
        if (!valid)
        {
            return 0;
        }

        if (counts[1] != 0)
        {
            return double.NaN;
        }

        // n·Σx² − (Σx)², each in head and rest: the difference of two large numbers is exact to twice the precision.
        double square = sums[0] * sums[0];
        double squareRest = Math.FusedMultiplyAdd(sums[0], sums[0], -square) + (2 * sums[0] * sums[1]);
        double scaled = count * sums[2];
        double scaledRest = Math.FusedMultiplyAdd(count, sums[2], -scaled) + (count * sums[3]);
        double difference = Math.Max(0, scaled - square + (scaledRest - squareRest));
        double variance = difference / count / (isSample ? count - 1 : count);
        return isRoot ? Math.Sqrt(variance) : variance;
    }
}
