using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Functions.Arithmetic;

/// <summary>Names the five decimal operations.</summary>
internal enum DecimalOperation : byte
{
    /// <summary>Sum.</summary>
    Add,

    /// <summary>Difference.</summary>
    Subtract,

    /// <summary>Product.</summary>
    Multiply,

    /// <summary>Quotient, rounded half away from zero.</summary>
    Divide,

    /// <summary>Remainder with the sign of the dividend.</summary>
    Modulo,
}

/// <summary>Computes decimals of any width row by row in 128 bits; overflow is NULL, a zero divisor fails.</summary>
/// <remarks>
/// Where a type's digits could leave 128 bits on the way, arbitrary precision is used: rare and slow.
/// </remarks>
internal sealed unsafe class DecimalStep : RowStep
{
    private readonly DecimalOperation _operation;
    private readonly int _a;
    private readonly int _b;
    private readonly bool _wideA;
    private readonly bool _wideB;
    private readonly bool _wideResult;
    private readonly bool _exact;
    private readonly Int128 _scaleA;
    private readonly Int128 _scaleB;
    private readonly Int128 _cut;
    private readonly Int128 _limit;
    private readonly int _exponentA;
    private readonly int _exponentB;
    private readonly int _exponentCut;

    public DecimalStep(
        DecimalOperation operation,
        int a,
        Layout layoutA,
        SqlType typeA,
        int b,
        Layout layoutB,
        SqlType typeB,
        SqlType result)
    {
        _operation = operation;
        _a = a;
        _b = b;
        _wideA = layoutA == Layout.Int128;
        _wideB = layoutB == Layout.Int128;
        _wideResult = Layouts.Of(result) == Layout.Int128;
        _limit = Powers.Ten(result.Precision);
        int common = Math.Max(typeA.Scale, typeB.Scale);
        int digits;
        switch (operation)
        {
            case DecimalOperation.Multiply:
                _exponentCut = typeA.Scale + typeB.Scale - result.Scale;
                digits = typeA.Precision + typeB.Precision;
                break;
            case DecimalOperation.Divide:
                _exponentA = Math.Max(0, result.Scale + typeB.Scale - typeA.Scale);
                _exponentB = Math.Max(0, typeA.Scale - typeB.Scale - result.Scale);
                digits = Math.Max(typeA.Precision + _exponentA, typeB.Precision + _exponentB);
                break;
            default:
                _exponentA = common - typeA.Scale;
                _exponentB = common - typeB.Scale;
                _exponentCut = common - result.Scale;
                digits = Math.Max(typeA.Precision + _exponentA, typeB.Precision + _exponentB);
                break;
        }

        _exact = digits <= 38;
        _scaleA = Powers.Ten(Math.Min(38, _exponentA));
        _scaleB = Powers.Ten(Math.Min(38, _exponentB));
        _cut = Powers.Ten(Math.Min(38, Math.Max(0, _exponentCut)));
        FailMessage = operation is DecimalOperation.Divide or DecimalOperation.Modulo ? "Division by zero." : null;
    }

    protected override byte* Validity(Frame frame) => frame.And(Result, frame[_a].Valid, frame[_b].Valid);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void RunRows(Frame frame, ulong* mask)
    {
        byte* a = frame[_a].Data;
        byte* b = frame[_b].Data;
        byte* result = frame[Result].Data;
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int row = (w * 64) + BitOperations.TrailingZeroCount(bits);
                Int128 x = _wideA ? ((Int128*)a)[row] : ((long*)a)[row];
                Int128 y = _wideB ? ((Int128*)b)[row] : ((long*)b)[row];
                if (FailMessage is not null && y == 0)
                {
                    Fail(frame, row, FailMessage);
                }

                if (!(_exact ? TryExact(x, y, out Int128 value) : TryBig(x, y, out value)))
                {
                    Arrow.Memory.Bitmap.Clear(frame.OwnValid(Result), row);
                    value = 0;
                }

                if (_wideResult)
                {
                    ((Int128*)result)[row] = value;
                }
                else
                {
                    ((long*)result)[row] = (long)value;
                }
            }
        }
    }

    private bool TryExact(Int128 x, Int128 y, out Int128 value)
    {
        switch (_operation)
        {
            case DecimalOperation.Multiply:
                value = x == (long)x && y == (long)y ? Math.BigMul((long)x, (long)y) : x * y;
                break;
            case DecimalOperation.Divide:
                value = x * _scaleA;
                Int128 divisor = y * _scaleB;
                value = DecimalCasts.DivideRounded(divisor < 0 ? -value : value, Int128.Abs(divisor));
                break;
            case DecimalOperation.Modulo:
                value = (x * _scaleA) % (y * _scaleB);
                break;
            default:
                y = _operation == DecimalOperation.Subtract ? -y : y;
                value = (x * _scaleA) + (y * _scaleB);
                break;
        }

        if (_exponentCut > 0)
        {
            value = DecimalCasts.DivideRounded(value, _cut);
        }

        return value < _limit && value > -_limit;
    }

    private bool TryBig(Int128 a, Int128 b, out Int128 value)
    {
        BigInteger x = (BigInteger)a * BigInteger.Pow(10, _exponentA);
        BigInteger y = (BigInteger)b * BigInteger.Pow(10, _exponentB);
        BigInteger result = _operation switch
        {
            DecimalOperation.Add => x + y,
            DecimalOperation.Subtract => x - y,
            DecimalOperation.Multiply => x * y,
            DecimalOperation.Divide => DivideRounded(x, y),
            _ => BigInteger.Remainder(x, y),
        };
        if (_exponentCut > 0)
        {
            result = DivideRounded(result, BigInteger.Pow(10, _exponentCut));
        }

        bool fits = BigInteger.Abs(result) < (BigInteger)_limit;
        value = fits ? (Int128)result : 0;
        return fits;
    }

    private static BigInteger DivideRounded(BigInteger x, BigInteger y)
    {
        BigInteger quotient = BigInteger.DivRem(x, y, out BigInteger rest);
        return BigInteger.Abs(rest) * 2 >= BigInteger.Abs(y) ? quotient + (x.Sign * y.Sign) : quotient;
    }
}
