using System;
using System.Numerics;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Adds integers or decimals and their squares exactly, in limbs of 64 bits, so that rows can be taken back.</summary>
/// <remarks>
/// <code>
/// narrow  Σx | Σx² low limb | Σx² high limb | count            values of at most 64 bits
/// wide    Σx low | Σx high | Σx² four limbs | count            DECIMAL above 18 digits
/// </code>
/// Each limb is a 128-bit cell, so no number of rows overflows it. The result over integers is an integer: quotients truncate
/// where SQL's integer division would, in the mean of the square and in the result. Decimals round half up.
/// </remarks>
/// <param name="result">Type of the result.</param>
/// <param name="argument">Type of the values.</param>
/// <param name="isSample">Whether the divisor is one less than the number of values.</param>
/// <param name="isRoot">Whether the result is the square root.</param>
internal sealed unsafe class ExactVarianceAccumulator(DataType result, DataType argument, bool isSample, bool isRoot) : Accumulator
{
    private readonly bool _isWide = argument.ByteWidth == 16;
    private readonly bool _isDecimal = argument.Id is TypeId.Decimal64 or TypeId.Decimal128;
    private readonly int _limbs = argument.ByteWidth == 16 ? 6 : 3;

    /// <inheritdoc/>
    public override ValueList<CellType> Cells => _isWide
        ? [CellType.Int128, CellType.Int128, CellType.Int128, CellType.Int128, CellType.Int128, CellType.Int128, CellType.Int64]
        : [CellType.Int128, CellType.Int128, CellType.Int128, CellType.Int64];

    /// <inheritdoc/>
    public override bool CanUnmerge => true;

    /// <inheritdoc/>
    public override void Accumulate(
        ArrayData? values, int start, int count, byte** rows, sbyte* signs, TextHeap heap)
    {
        if (_isWide)
        {
            Int128* wide = stackalloc Int128[BlockRows];
            Int128* source = ArgumentWords.ReadWide(values!, start, count, wide);
            for (int i = 0; i < count; i++)
            {
                AddWide(rows[i] + Offset, source[i], signs is null ? 1 : signs[i]);
            }

            return;
        }

        ulong* scratch = stackalloc ulong[BlockRows];
        var words = (long*)ArgumentWords.Read(values!, start, count, scratch);
        for (int i = 0; i < count; i++)
        {
            Add(rows[i] + Offset, words[i], signs is null ? 1 : signs[i]);
        }
    }

    /// <inheritdoc/>
    public override void Merge(byte** targets, byte** sources, int count, TextHeap heap)
    {
        for (int i = 0; i < count; i++)
        {
            for (int limb = 0; limb < _limbs; limb++)
            {
                ((Int128*)(targets[i] + Offset))[limb] += ((Int128*)(sources[i] + Offset))[limb];
            }

            *Count(targets[i]) += *Count(sources[i]);
        }
    }

    /// <inheritdoc/>
    public override void Unmerge(byte** targets, byte** sources, int count)
    {
        for (int i = 0; i < count; i++)
        {
            for (int limb = 0; limb < _limbs; limb++)
            {
                ((Int128*)(targets[i] + Offset))[limb] -= ((Int128*)(sources[i] + Offset))[limb];
            }

            *Count(targets[i]) -= *Count(sources[i]);
        }
    }

    /// <inheritdoc/>
    public override void Offer(byte* row, byte* value, TextHeap heap)
    {
        if (_isWide)
        {
            AddWide(row + Offset, *(Int128*)value, 1);
        }
        else
        {
            Add(row + Offset, *(long*)value, 1);
        }
    }

    /// <inheritdoc/>
    public override ArrayData Emit(byte** rows, int count, BufferAllocator allocator)
    {
        NativeBuffer values = allocator.Allocate((long)count * result.ByteWidth);
        NativeBuffer bits = allocator.AllocateZeroed(Bitmap.ByteCount(count));
        bits.Length = (count + 7) >> 3;
        for (int i = 0; i < count; i++)
        {
            Int128 value = Value(rows[i], out bool valid);
            bits.Pointer[i >> 3] |= (byte)((valid ? 1 : 0) << (i & 7));
            if (result.ByteWidth == 16)
            {
                ((Int128*)values.Pointer)[i] = value;
            }
            else
            {
                Narrow((long)value, values.Pointer, i, result.ByteWidth);
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

    private static BigInteger Limbs(Int128* limbs, int count)
    {
        BigInteger value = 0;
        for (int i = count - 1; i >= 0; i--)
        {
            value = (value << 64) + limbs[i];
        }

        return value;
    }

    private long* Count(byte* row) => (long*)((Int128*)(row + Offset) + _limbs);

    private static void Add(byte* cells, long value, int sign)
    {
        var limbs = (Int128*)cells;
        UInt128 square = (UInt128)((Int128)value * value);
        limbs[0] += (Int128)sign * value;
        limbs[1] += (Int128)sign * (ulong)square;
        limbs[2] += (Int128)sign * (ulong)(square >> 64);
        *(long*)(limbs + 3) += sign;
    }

    private static void AddWide(byte* cells, Int128 value, int sign)
    {
        var limbs = (Int128*)cells;
        limbs[0] += (Int128)sign * (ulong)value;
        limbs[1] += sign * (value >> 64);
        UInt128 size = (UInt128)Int128.Abs(value);
        ulong low = (ulong)size;
        ulong high = (ulong)(size >> 64);
        UInt128 lows = (UInt128)low * low;
        UInt128 cross = (UInt128)low * high;
        UInt128 highs = (UInt128)high * high;
        limbs[2] += (Int128)sign * (ulong)lows;
        limbs[3] += (Int128)sign * ((Int128)(lows >> 64) + (2 * (Int128)(ulong)cross));
        limbs[4] += (Int128)sign * ((Int128)(ulong)highs + (2 * (Int128)(ulong)(cross >> 64)));
        limbs[5] += (Int128)sign * (ulong)(highs >> 64);
        *(long*)(limbs + 6) += sign;
    }

    private Int128 Value(byte* row, out bool valid)
    {
        var limbs = (Int128*)(row + Offset);
        long count = *Count(row);
        valid = count > (isSample ? 1 : 0);
        if (!valid)
        {
            return 0;
        }

        BigInteger sum = Limbs(limbs, _isWide ? 2 : 1);
        BigInteger squares = Limbs(limbs + (_isWide ? 2 : 1), _isWide ? 4 : 2);
        long divisor = isSample ? count - 1 : count;
        if (!_isDecimal)
        {
            BigInteger variance = (squares - (sum * sum / count)) / divisor;
            return isRoot ? (Int128)Math.Sqrt((double)variance) : Wrapped(variance);
        }

        BigInteger up = (count * squares) - (sum * sum);
        BigInteger down = (BigInteger)count * divisor;
        int scale = 2 * argument.Scale;
        if (isRoot)
        {
            return ToDecimal(RootOf(up, down, scale, result.Scale), out valid);
        }

        (up, down) = result.Scale >= scale
            ? (up * BigInteger.Pow(10, result.Scale - scale), down)
            : (up, down * BigInteger.Pow(10, scale - result.Scale));
        return ToDecimal(((2 * up) + down) / (2 * down), out valid);
    }

    /// <summary>Returns √(up / down / 10^scale) in units of 10^-digits, rounded to the nearest.</summary>
    private static BigInteger RootOf(BigInteger up, BigInteger down, int scale, int digits)
    {
        int shift = (2 * digits) - scale;
        BigInteger square = (shift >= 0 ? up * BigInteger.Pow(10, shift) : up / BigInteger.Pow(10, -shift)) * 4 / down;
        if (square.IsZero)
        {
            return 0;
        }

        // Newton's method downwards from a power of two above the root; then half of an odd last step rounds up.
        BigInteger root = BigInteger.One << (int)((square.GetBitLength() + 1) / 2);
        for (BigInteger next = (root + (square / root)) >> 1; next < root; next = (root + (square / root)) >> 1)
        {
            root = next;
        }

        return (root + 1) >> 1;
    }

    private static Int128 Wrapped(BigInteger value) => (Int128)(long)(ulong)(value & ulong.MaxValue);

    private static Int128 ToDecimal(BigInteger value, out bool valid)
    {
        valid = value < BigInteger.Pow(10, 38);
        return valid ? (Int128)value : 0;
    }
}
