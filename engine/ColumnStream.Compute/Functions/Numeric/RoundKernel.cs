using System;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Names the ways a number loses fraction digits.</summary>
internal enum Rounding : byte
{
    /// <summary>To the nearest, halves away from zero.</summary>
    HalfUp,

    /// <summary>Towards minus infinity.</summary>
    Floor,

    /// <summary>Towards plus infinity.</summary>
    Ceiling,

    /// <summary>Towards zero.</summary>
    Truncate,
}

/// <summary>Holds the way, the scales before and after, and the limit that a decimal stays below (0: integers wrap).</summary>
internal sealed record RoundSpec(Rounding Rounding, int Scale, int ResultScale, Int128 Limit);

/// <summary>Rounds numbers of any type to a number of places, 0 where the call has none.</summary>
internal static class RoundKernel
{
    public static int Compile(ProgramCompiler compiler, CallExpression call, int branch, Rounding rounding)
    {
        SqlType from = call.Arguments[0].Type;
        Layout layout = Layouts.Of(from);
        int input = compiler.Compile(call.Arguments[0], branch);
        int places = call.Arguments.Count > 1
            ? compiler.Compile(call.Arguments[1], branch) : compiler.Constant(Literals.Int32(0));
        var plan = new CastPlan(compiler, from, call.Type, null, branch, call.Location);
        if (from.IsApproximate)
        {
            int wide = CastCompiler.Number(plan, input, layout, Layout.Float64);
            int rounded = plan.Emit(
                new RowStep<RoundDouble, double, int, double>(wide, places), Layout.Float64, new RoundSpec(rounding, 0, 0, 0));
            return CastCompiler.Number(plan, rounded, Layout.Float64, layout);
        }

        if (from.IsInteger)
        {
            if (call.Arguments.Count == 1)
            {
                return input;
            }

            int wide = CastCompiler.Number(plan, input, layout, Layout.Int64);
            int rounded = plan.Emit(
                new RowStep<RoundExact<long, long>, long, int, long>(wide, places), Layout.Int64, new RoundSpec(rounding, 0, 0, 0));
            return CastCompiler.Number(plan, rounded, Layout.Int64, layout);
        }

        var spec = new RoundSpec(rounding, from.Scale, call.Type.Scale, Powers.Ten(call.Type.Precision));
        Layout result = Layouts.Of(call.Type);
        RowStep step = (layout, result) switch
        {
            (Layout.Int64, Layout.Int64) => new RowStep<RoundExact<long, long>, long, int, long>(input, places),
            (Layout.Int64, _) => new RowStep<RoundExact<long, Int128>, long, int, Int128>(input, places),
            (_, Layout.Int64) => new RowStep<RoundExact<Int128, long>, Int128, int, long>(input, places),
            _ => new RowStep<RoundExact<Int128, Int128>, Int128, int, Int128>(input, places),
        };
        return plan.Emit(step, result, spec);
    }
}

/// <summary>Rounds an unscaled integer; a decimal that does not fit its type is NULL.</summary>
internal readonly struct RoundExact<TA, TR> : IRowOp<TA, int, TR>
{
    public static bool Apply(Frame frame, TA a, int b, out TR result)
    {
        var spec = Unsafe.As<RoundSpec>(frame.State!);
        Int128 value = Wide.From(a);
        long drop = (long)spec.Scale - b;
        if (drop <= 0)
        {
            return Fit(value, spec.Scale, spec, out result);
        }

        if (drop > 38)
        {
            return Fit(0, spec.ResultScale, spec, out result);
        }

        Int128 divisor = Powers.Ten((int)drop);
        Int128 quotient = value / divisor;
        Int128 rest = value - (quotient * divisor);
        quotient = spec.Rounding switch
        {
            Rounding.HalfUp => DecimalCasts.DivideRounded(value, divisor),
            Rounding.Floor => rest < 0 ? quotient - 1 : quotient,
            Rounding.Ceiling => rest > 0 ? quotient + 1 : quotient,
            _ => quotient,
        };
        return Fit(quotient, b, spec, out result);
    }

    /// <summary>Moves the point to the result's scale; negative scales are tens.</summary>
    private static bool Fit(Int128 value, int scale, RoundSpec spec, out TR result)
    {
        result = default!;
        int up = spec.ResultScale - scale;
        if (up < 0)
        {
            value = DecimalCasts.DivideRounded(value, Powers.Ten(Math.Min(38, -up)));
        }
        else if (value != 0)
        {
            Int128 factor = up > 38 ? 0 : Powers.Ten(up);
            if (factor == 0 || Int128.Abs(value) > Int128.MaxValue / factor)
            {
                return false;
            }

            value *= factor;
        }

        if (spec.Limit != 0 && (value >= spec.Limit || value <= -spec.Limit))
        {
            return false;
        }

        result = Wide.To<TR>(value);
        return true;
    }
}

/// <summary>Rounds a binary number; to places by way of its shortest decimal text.</summary>
internal readonly struct RoundDouble : IRowOp<double, int, double>
{
    // Beyond these a double has no digits, or only zeros.
    private const int MostPlaces = 340;

    public static bool Apply(Frame frame, double a, int b, out double result)
    {
        Rounding rounding = Unsafe.As<RoundSpec>(frame.State!).Rounding;
        result = a;
        if (!double.IsFinite(a) || b > MostPlaces)
        {
            return true;
        }

        if (b == 0 && rounding != Rounding.HalfUp)
        {
            result = rounding switch
            {
                Rounding.Floor => Math.Floor(a),
                Rounding.Ceiling => Math.Ceiling(a),
                _ => Math.Truncate(a) + 0.0,
            };
            return true;
        }

        result = b is >= 0 and <= 17 && Math.Abs(a) < 1e15 ? ByInt128(a, b, rounding) : ByDigits(a, b, rounding);
        return true;
    }

    private static double ByInt128(double a, int places, Rounding rounding)
    {
        const int Scale = 22;
        Span<byte> text = stackalloc byte[DecimalText.MaxLength];
        int length = NumberText.Format(a, text);
        if (!DecimalText.TryParse(text[..length], 38, Scale, out Int128 value))
        {
            return ByDigits(a, places, rounding);
        }

        Int128 unit = Powers.Ten(Scale - places);
        Int128 rounded = rounding == Rounding.HalfUp ? DecimalCasts.DivideRounded(value, unit) : value / unit;
        length = DecimalText.Format(rounded, places, text);
        NumberText.TryParse(text[..length], out double result);
        return result;
    }

    /// <summary>Rounds digits and exponent of any size: rare and slow.</summary>
    private static double ByDigits(double a, int places, Rounding rounding)
    {
        string shortest = a.ToString("R", CultureInfo.InvariantCulture);
        int e = shortest.IndexOf('E', StringComparison.Ordinal);
        string mantissa = e < 0 ? shortest : shortest[..e];
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        int exponent = (e < 0 ? 0 : int.Parse(shortest.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))
            - (point < 0 ? 0 : mantissa.Length - point - 1);
        var digits = BigInteger.Parse(mantissa.Replace(".", string.Empty, StringComparison.Ordinal), CultureInfo.InvariantCulture);
        long drop = -(long)exponent - places;
        if (drop <= 0)
        {
            return a;
        }

        if (drop > 2 * MostPlaces)
        {
            return 0;
        }

        BigInteger unit = BigInteger.Pow(10, (int)drop);
        BigInteger quotient = BigInteger.DivRem(digits, unit, out BigInteger rest);
        if (rounding == Rounding.HalfUp && BigInteger.Abs(rest) * 2 >= unit)
        {
            quotient += digits.Sign;
        }

        return double.Parse($"{quotient}E{-places}", CultureInfo.InvariantCulture);
    }
}
