using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Arithmetic;

/// <summary>Multiplies 64-bit integers into 128 bits, for decimals whose digits always fit: over all rows, never failing.</summary>
/// <remarks>
/// A tile whose factors are small enough has 64-bit products, which are only widened: two stores a row. A constant factor
/// says exactly what is small enough; otherwise both must be below the root of 2^63.
/// </remarks>
internal sealed unsafe class WideProductStep : Step
{
    private const long Root = 3_037_000_499;
    private readonly int _a;
    private readonly int _b;
    private readonly long _limitA = Root;
    private readonly long _limitB = Root;

    public WideProductStep(int a, int b, long? constantA, long? constantB)
    {
        _a = a;
        _b = b;
        if (constantA is { } first)
        {
            (_limitA, _limitB) = (long.MaxValue, LimitBeside(first));
        }
        else if (constantB is { } second)
        {
            (_limitA, _limitB) = (LimitBeside(second), long.MaxValue);
        }
    }

    public override void Run(Frame frame)
    {
        ref Register result = ref frame[Result];
        result.Valid = frame.And(Result, frame[_a].Valid, frame[_b].Valid);
        long* a = (long*)frame[_a].Data;
        long* b = (long*)frame[_b].Data;
        if (!frame.Scalar && IsWithin(a, frame.Rows, _limitA) && IsWithin(b, frame.Rows, _limitB))
        {
            if (_limitA == long.MaxValue)
            {
                RunConstant(b, *a, (long*)result.Data, frame.Rows);
            }
            else if (_limitB == long.MaxValue)
            {
                RunConstant(a, *b, (long*)result.Data, frame.Rows);
            }
            else
            {
                RunNarrow(a, b, (long*)result.Data, frame.Rows);
            }
        }
        else
        {
            RunWide(a, b, (Int128*)result.Data, frame.Rows);
        }
    }

    private static long LimitBeside(long constant) =>
        constant is 0 or 1 or -1 or long.MinValue ? (constant == long.MinValue ? 0 : long.MaxValue - 1)
        : long.MaxValue / Math.Abs(constant);

    /// <summary>Tells whether no magnitude exceeds the limit; may say no for rows that do not count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool IsWithin(long* values, int rows, long limit)
    {
        if (limit == long.MaxValue)
        {
            return true;
        }

        Vector256<long> low = Vector256<long>.Zero;
        Vector256<long> high = Vector256<long>.Zero;
        int i = 0;
        for (; i + Vector256<long>.Count <= rows; i += Vector256<long>.Count)
        {
            Vector256<long> value = Vector256.Load(values + i);
            low = Vector256.Min(low, value);
            high = Vector256.Max(high, value);
        }

        bool within = Vector256.GreaterThanOrEqualAll(low, Vector256.Create(-limit))
            && Vector256.LessThanOrEqualAll(high, Vector256.Create(limit));
        for (; i < rows; i++)
        {
            within &= values[i] >= -limit && values[i] <= limit;
        }

        return within;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunNarrow(long* a, long* b, long* r, int rows)
    {
        for (long* end = a + rows; a < end; a++, b++, r += 2)
        {
            long product = unchecked(*a * *b);
            r[0] = product;
            r[1] = product >> 63;
        }
    }

    /// <summary>Multiplies by a constant, which stays in a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunConstant(long* a, long constant, long* r, int rows)
    {
        for (long* end = a + rows; a < end; a++, r += 2)
        {
            long product = unchecked(*a * constant);
            r[0] = product;
            r[1] = product >> 63;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunWide(long* a, long* b, Int128* r, int rows)
    {
        for (int i = 0; i < rows; i++)
        {
            r[i] = Math.BigMul(a[i], b[i]);
        }
    }
}
