using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Adds decimals in 128 bits and counts them; a result above 38 digits is NULL, AVG rounds half up.</summary>
/// <param name="result">Decimal type of the result.</param>
/// <param name="argument">Decimal type of the argument.</param>
/// <param name="isAverage">Whether it is AVG.</param>
internal sealed unsafe class Int128SumAccumulator(DataType result, DataType argument, bool isAverage) : Accumulator
{
    private readonly bool _isWide = argument.ByteWidth == 16;
    private static readonly Int128 Limit = PowerOfTen(38);
    private readonly Int128 _factor = PowerOfTen(result.Scale - argument.Scale);

    /// <inheritdoc/>
    public override ValueList<CellType> Cells => [CellType.Int128, CellType.Int64];

    /// <inheritdoc/>
    public override void Accumulate(
        ArrayData? values, int start, int count, byte** rows, sbyte* signs, TextHeap heap)
    {
        Int128* scratch = stackalloc Int128[BlockRows];
        Int128* words = ArgumentWords.ReadWide(values!, start, count, scratch);
        int offset = Offset;
        for (int i = 0; i < count; i++)
        {
            int sign = signs is null ? 1 : signs[i];
            byte* cells = rows[i] + offset;
            *(Int128*)cells += sign == 1 ? words[i] : sign == 0 ? Int128.Zero : -words[i];
            *(long*)(cells + 16) += sign;
        }
    }

    /// <inheritdoc/>
    public override void Merge(byte** targets, byte** sources, int count, TextHeap heap)
    {
        for (int i = 0; i < count; i++)
        {
            *(Int128*)(targets[i] + Offset) += *(Int128*)(sources[i] + Offset);
            *(long*)(targets[i] + Offset + 16) += *(long*)(sources[i] + Offset + 16);
        }
    }

    /// <inheritdoc/>
    public override void Offer(byte* row, byte* value, TextHeap heap)
    {
        *(Int128*)(row + Offset) += _isWide ? *(Int128*)value : *(long*)value;
        (*(long*)(row + Offset + 16))++;
    }

    /// <inheritdoc/>
    public override ArrayData Emit(byte** rows, int count, BufferAllocator allocator)
    {
        bool narrow = result.ByteWidth == 8;
        NativeBuffer values = allocator.Allocate((long)count * result.ByteWidth);
        NativeBuffer bits = allocator.AllocateZeroed(Bitmap.ByteCount(count));
        bits.Length = (count + 7) >> 3;
        for (int i = 0; i < count; i++)
        {
            Int128 value = Value(rows[i], out bool valid);
            bits.Pointer[i >> 3] |= (byte)((valid ? 1 : 0) << (i & 7));
            if (narrow)
            {
                ((long*)values.Pointer)[i] = (long)value;
            }
            else
            {
                ((Int128*)values.Pointer)[i] = value;
            }
        }

        return new FixedWidthArray(result, count, values, bits);
    }

    /// <inheritdoc/>
    public override bool SameResult(byte* left, byte* right)
    {
        Int128 a = Value(left, out bool leftValid);
        Int128 b = Value(right, out bool rightValid);
        return leftValid == rightValid && a == b;
    }

    private static Int128 PowerOfTen(int exponent)
    {
        Int128 power = 1;
        for (int i = 0; i < exponent; i++)
        {
            power *= 10;
        }

        return power;
    }

    private Int128 Value(byte* row, out bool valid)
    {
        Int128 sum = *(Int128*)(row + Offset);
        long count = *(long*)(row + Offset + 16);
        valid = count > 0 && Int128.Abs(sum) < Limit;
        if (!valid || !isAverage)
        {
            return valid ? sum : 0;
        }

        // Divide before scaling up, so that a sum near the limit does not overflow: digits behind come from the rest.
        (Int128 whole, Int128 rest) = Int128.DivRem(sum, count);
        Int128 scaled = rest * _factor;
        Int128 digits = scaled / count;
        Int128 left = Int128.Abs(scaled % count) * 2;
        digits += left >= count ? Int128.Sign(scaled) : 0;
        valid = Int128.Abs(whole) < Limit / _factor;
        return valid ? (whole * _factor) + digits : 0;
    }
}
