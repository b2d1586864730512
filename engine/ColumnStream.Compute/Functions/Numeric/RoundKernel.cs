using System;
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

/// <summary>Holds the way, the power of ten to divide by, and the one to multiply by afterwards.</summary>
internal sealed record RoundSpec(Rounding Rounding, Int128 Divide, Int128 Multiply);

/// <summary>Rounds numbers of any type.</summary>
internal static class RoundKernel
{
    /// <summary>Compiles rounding to a constant number of places, 0 by default.</summary>
    public static int Compile(ProgramCompiler compiler, CallExpression call, int branch, Rounding rounding)
    {
        SqlType from = call.Arguments[0].Type;
        int input = compiler.Compile(call.Arguments[0], branch);
        int places = call.Arguments.Count > 1 && call.Arguments[1] is LiteralExpression { Value: { } text }
            ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : 0;
        Layout layout = Layouts.Of(from);
        if (from.IsApproximate)
        {
            var plan = new CastPlan(compiler, from, from, null, branch, call.Location);
            int wide = CastCompiler.Number(plan, input, layout, Layout.Float64);
            int rounded = plan.Emit(
                new RowStep<RoundDouble, double, double>(wide), Layout.Float64, new RoundSpec(rounding, 0, places));
            return CastCompiler.Number(plan, rounded, Layout.Float64, layout);
        }

        int scale = from.Id == SqlTypeId.Decimal ? from.Scale : 0;
        if (places >= scale)
        {
            return input;
        }

        int resultScale = call.Type.Id == SqlTypeId.Decimal ? call.Type.Scale : 0;
        int digits = Math.Min(38, scale - places);
        var spec = new RoundSpec(rounding, Powers.Ten(digits),
            Powers.Ten(Math.Max(0, Math.Min(38, resultScale - places))));
        var cast = new CastPlan(compiler, from, call.Type, null, branch, call.Location);
        Layout work = from.Id == SqlTypeId.Decimal ? layout : Layout.Int64;
        int number = from.Id == SqlTypeId.Decimal ? input : CastCompiler.Number(cast, input, layout, work);
        Layout result = from.Id == SqlTypeId.Decimal ? Layouts.Of(call.Type) : Layout.Int64;
        int exact = (work, result) switch
        {
            (Layout.Int64, Layout.Int64) =>
                cast.Emit(new RowStep<RoundExact<long, long>, long, long>(number), result, spec),
            (Layout.Int64, _) => cast.Emit(new RowStep<RoundExact<long, Int128>, long, Int128>(number), result, spec),
            (_, Layout.Int64) => cast.Emit(new RowStep<RoundExact<Int128, long>, Int128, long>(number), result, spec),
            _ => cast.Emit(new RowStep<RoundExact<Int128, Int128>, Int128, Int128>(number), result, spec),
        };
        return from.Id == SqlTypeId.Decimal ? exact : CastCompiler.Number(cast, exact, Layout.Int64, layout);
    }
}

/// <summary>Rounds an unscaled integer.</summary>
internal readonly struct RoundExact<TA, TR> : IRowOp<TA, TR>
{
    public static bool Apply(Frame frame, TA a, out TR result)
    {
        var spec = Unsafe.As<RoundSpec>(frame.State!);
        Int128 value = Wide.From(a);
        Int128 quotient = value / spec.Divide;
        Int128 rest = value - (quotient * spec.Divide);
        quotient = spec.Rounding switch
        {
            Rounding.HalfUp => DecimalCasts.DivideRounded(value, spec.Divide),
            Rounding.Floor => rest < 0 ? quotient - 1 : quotient,
            Rounding.Ceiling => rest > 0 ? quotient + 1 : quotient,
            _ => quotient,
        };
        result = Wide.To<TR>(quotient * spec.Multiply);
        return true;
    }
}

/// <summary>Rounds a binary number; to places by way of its shortest decimal text.</summary>
internal readonly struct RoundDouble : IRowOp<double, double>
{
    public static bool Apply(Frame frame, double a, out double result)
    {
        var spec = Unsafe.As<RoundSpec>(frame.State!);
        int places = (int)spec.Multiply;
        if (!double.IsFinite(a))
        {
            result = a;
            return true;
        }

        if (places == 0 && spec.Rounding != Rounding.HalfUp)
        {
            result = spec.Rounding switch
            {
                Rounding.Floor => Math.Floor(a),
                Rounding.Ceiling => Math.Ceiling(a),
                _ => Math.Truncate(a),
            };
            return true;
        }

        return ByText(a, places, spec.Rounding, out result);
    }

    private static bool ByText(double a, int places, Rounding rounding, out double result)
    {
        Span<byte> text = stackalloc byte[DecimalText.MaxLength];
        int length = NumberText.Format(a, text);
        int kept = Math.Clamp(places, 0, 30);
        if (!DecimalText.TryParse(text[..length], 38, Math.Max(kept, 17), out Int128 value))
        {
            // Too many digits for 128 bits: there is no fraction left to round, or it is too small to matter.
            result = a;
            return true;
        }

        int scale = Math.Max(kept, 17);
        Int128 unit = Powers.Ten(Math.Clamp(scale - places, 0, 38));
        Int128 rounded = rounding == Rounding.HalfUp ? DecimalCasts.DivideRounded(value, unit) : value / unit;
        length = DecimalText.Format(rounded * unit, scale, text);
        return NumberText.TryParse(text[..length], out result);
    }
}
