using System;
using System.Runtime.CompilerServices;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Execution;

/// <summary>Holds what a decimal conversion multiplies or divides by, and the limit its result stays below.</summary>
internal sealed record DecimalSpec(Int128 Factor, bool Divide, Int128 Limit, int Precision, int Scale);

/// <summary>Converts decimals: to another scale rounding half away from zero, to integers by truncation.</summary>
internal static class DecimalCasts
{
    public static int FromInt64(CastPlan plan, int input, SqlType from)
    {
        SqlType to = plan.To;
        bool narrow = Layouts.Of(to) == Layout.Int64;
        if (narrow && to.Scale == 0 && from.IsInteger && to.Precision >= DecimalRules.Of(from).Precision)
        {
            return input;
        }

        return Rescale(plan, input, Layout.Int64, 0, to);
    }

    public static int FromDouble(CastPlan plan, int input)
    {
        var spec = new DecimalSpec(1, false, Powers.Ten(plan.To.Precision), plan.To.Precision, plan.To.Scale);
        if (plan.Message is not null)
        {
            input = plan.Emit(new RowStep<CheckFinite, double, double>(input), Layout.Float64);
        }

        return Layouts.Of(plan.To) == Layout.Int64
            ? plan.EmitNullable(new RowStep<DoubleToDecimal<long>, double, long>(input), Layout.Int64, spec)
            : plan.EmitNullable(new RowStep<DoubleToDecimal<Int128>, double, Int128>(input), Layout.Int128, spec);
    }

    public static int FromDecimal(CastPlan plan, int input)
    {
        SqlType from = plan.From;
        SqlType to = plan.To;
        Layout layout = Layouts.Of(from);
        if (to.Id == SqlTypeId.Decimal)
        {
            bool fits = to.Scale == from.Scale && to.Precision >= from.Precision && Layouts.Of(to) == layout;
            return fits ? input : Rescale(plan, input, layout, from.Scale, to);
        }

        var spec = new DecimalSpec(Powers.Ten(from.Scale), true, 0, from.Precision, from.Scale);
        if (to.IsApproximate)
        {
            int number = layout == Layout.Int64
                ? plan.Emit(new RowStep<DecimalToDouble<long>, long, double>(input), Layout.Float64, spec)
                : plan.Emit(new RowStep<DecimalToDouble<Int128>, Int128, double>(input), Layout.Float64, spec);
            return CastCompiler.Number(plan, number, Layout.Float64, Layouts.Of(to));
        }

        int integer = layout == Layout.Int64
            ? plan.Emit(new RowStep<DecimalToInt64<long>, long, long>(input), Layout.Int64, spec)
            : plan.Emit(new RowStep<DecimalToInt64<Int128>, Int128, long>(input), Layout.Int64, spec);
        return CastCompiler.Number(plan, integer, Layout.Int64, Layouts.Of(to));
    }

    /// <summary>Divides and rounds half away from zero; the divisor is positive.</summary>
    public static Int128 DivideRounded(Int128 value, Int128 divisor)
    {
        if (value == (long)value && divisor == (long)divisor && (long)value != long.MinValue)
        {
            long small = (long)value;
            long by = (long)divisor;
            long quotient = small / by;
            long rest = Math.Abs(small - (quotient * by));
            return rest >= by - rest ? quotient + (small < 0 ? -1 : 1) : quotient;
        }

        Int128 wide = value / divisor;
        Int128 remainder = Int128.Abs(value - (wide * divisor));
        return remainder >= divisor - remainder ? wide + (value < 0 ? -1 : 1) : wide;
    }

    private static int Rescale(CastPlan plan, int input, Layout from, int fromScale, SqlType to)
    {
        int up = to.Scale - fromScale;
        var spec = new DecimalSpec(Powers.Ten(Math.Abs(up)), up < 0, Powers.Ten(to.Precision), to.Precision, to.Scale);
        bool wide = Layouts.Of(to) == Layout.Int128;
        if (up < 0 && from == Layout.Int64 && !wide && -up <= 15)
        {
            return plan.EmitEverywhere(new RescaleStep(input, (long)spec.Factor, (long)spec.Limit), Layout.Int64);
        }

        return (from == Layout.Int128, wide) switch
        {
            (false, false) =>
                plan.EmitNullable(new RowStep<RescaleDecimal<long, long>, long, long>(input), Layout.Int64, spec),
            (false, true) => plan.EmitNullable(
                new RowStep<RescaleDecimal<long, Int128>, long, Int128>(input), Layout.Int128, spec),
            (true, false) => plan.EmitNullable(
                new RowStep<RescaleDecimal<Int128, long>, Int128, long>(input), Layout.Int64, spec),
            _ => plan.EmitNullable(
                new RowStep<RescaleDecimal<Int128, Int128>, Int128, Int128>(input), Layout.Int128, spec),
        };
    }
}

/// <summary>Widens and narrows between 64 and 128 bits where the type parameter says which.</summary>
internal static class Wide
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Int128 From<T>(T value) => typeof(T) == typeof(long)
        ? Unsafe.As<T, long>(ref value) : Unsafe.As<T, Int128>(ref value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T To<T>(Int128 value)
    {
        if (typeof(T) == typeof(long))
        {
            long narrow = (long)value;
            return Unsafe.As<long, T>(ref narrow);
        }

        return Unsafe.As<Int128, T>(ref value);
    }
}

/// <summary>Moves the decimal point; NULL where the digits do not fit.</summary>
internal readonly struct RescaleDecimal<TA, TR> : IRowOp<TA, TR>
{
    public static bool Apply(Frame frame, TA a, out TR result)
    {
        var spec = Unsafe.As<DecimalSpec>(frame.State!);
        Int128 value = Wide.From(a);
        if (spec.Divide)
        {
            value = DecimalCasts.DivideRounded(value, spec.Factor);
        }
        else if (spec.Factor != 1)
        {
            // Below limit / factor the product is below the limit.
            if (Int128.Abs(value) > spec.Limit / spec.Factor)
            {
                result = default!;
                return false;
            }

            value *= spec.Factor;
        }

        result = Wide.To<TR>(value);
        return value < spec.Limit && value > -spec.Limit;
    }
}

/// <summary>Truncates a decimal to an integer, which wraps.</summary>
internal readonly struct DecimalToInt64<TA> : IRowOp<TA, long>
{
    public static bool Apply(Frame frame, TA a, out long result)
    {
        result = unchecked((long)(Wide.From(a) / Unsafe.As<DecimalSpec>(frame.State!).Factor));
        return true;
    }
}

/// <summary>Gives the nearest binary number.</summary>
internal readonly struct DecimalToDouble<TA> : IRowOp<TA, double>
{
    public static bool Apply(Frame frame, TA a, out double result)
    {
        var spec = Unsafe.As<DecimalSpec>(frame.State!);
        Int128 value = Wide.From(a);
        const long Exact = 1L << 53;
        if (value <= Exact && value >= -Exact && spec.Scale <= 22)
        {
            result = (double)(long)value / (double)spec.Factor;
            return true;
        }

        Span<byte> text = stackalloc byte[DecimalText.MaxLength];
        return NumberText.TryParse(text[..DecimalText.Format(value, spec.Scale, text)], out result);
    }
}

/// <summary>Lets numbers through; NaN and the infinities are no decimals.</summary>
internal readonly struct CheckFinite : IRowOp<double, double>
{
    public static bool Apply(Frame frame, double a, out double result)
    {
        result = a;
        return double.IsFinite(a);
    }
}

/// <summary>Reads the shortest text of a binary number as a decimal; no value where its digits do not fit.</summary>
internal readonly struct DoubleToDecimal<TR> : IRowOp<double, TR>
{
    public static bool Apply(Frame frame, double a, out TR result)
    {
        var spec = Unsafe.As<DecimalSpec>(frame.State!);
        Span<byte> text = stackalloc byte[NumberText.MaxLength];
        int length = NumberText.Format(a, text);
        bool ok = DecimalText.TryParse(text[..length], spec.Precision, spec.Scale, out Int128 value, out bool overflow);
        result = Wide.To<TR>(value);
        return ok && !overflow;
    }
}
