using System;
using System.Runtime.CompilerServices;
using System.Text;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Execution;

/// <summary>Holds what formatting a value as text needs: unit, digits and the longest allowed text.</summary>
internal sealed record TextSpec(TimeUnit Unit, int Precision, int Scale, int Length, bool Pad);

/// <summary>Converts text to other types and back.</summary>
internal static class TextCasts
{
    public static int ToText(CastPlan plan, int input)
    {
        SqlType from = plan.From;
        if (from.IsText)
        {
            return Fit(plan, input, from);
        }

        if (TypeCoercion.IsBinary(from))
        {
            return Fit(plan, BinaryCasts.ToText(plan, input), SqlType.String);
        }

        Layout layout = Layouts.Of(from);
        var spec = new TextSpec(TemporalCasts.UnitOf(from), from.Precision, from.Scale, 0, false);
        if (from.Id == SqlTypeId.TimestampLtz)
        {
            input = TemporalCasts.ToLocal(plan, input, from);
        }

        int text = from.Id switch
        {
            SqlTypeId.Boolean => plan.Emit(new RowStep<BooleanToText, bool, Utf8>(input), Layout.View),
            SqlTypeId.Float => plan.Emit(new RowStep<FloatToText, float, Utf8>(input), Layout.View),
            SqlTypeId.Double => plan.Emit(new RowStep<DoubleToText, double, Utf8>(input), Layout.View),
            SqlTypeId.Decimal when layout == Layout.Int64 =>
                plan.Emit(new RowStep<DecimalToText<long>, long, Utf8>(input), Layout.View, spec),
            SqlTypeId.Decimal => plan.Emit(new RowStep<DecimalToText<Int128>, Int128, Utf8>(input), Layout.View, spec),
            SqlTypeId.Date => plan.Emit(new RowStep<DateToText, int, Utf8>(input), Layout.View),
            SqlTypeId.Time => plan.Emit(new RowStep<TimeToText, int, Utf8>(input), Layout.View, spec),
            SqlTypeId.Timestamp or SqlTypeId.TimestampLtz =>
                plan.Emit(new RowStep<TimestampToText, long, Utf8>(input), Layout.View, spec),
            SqlTypeId.IntervalYearMonth => plan.Emit(new RowStep<MonthsToText, int, Utf8>(input), Layout.View),
            SqlTypeId.IntervalDayTime => plan.Emit(new RowStep<MillisToText, long, Utf8>(input), Layout.View),
            _ when from.IsInteger => plan.Emit(
                new RowStep<Int64ToText, long, Utf8>(CastCompiler.Number(plan, input, layout,
                    Layout.Int64)), Layout.View),
            _ => throw new NotSupportedException($"Type has no text form: {from}."),
        };
        return Fit(plan, text, SqlType.String);
    }

    public static int FromText(CastPlan plan, int input)
    {
        SqlType to = plan.To;
        Layout layout = Layouts.Of(to);
        var spec = new TextSpec(TemporalCasts.UnitOf(to), to.Precision, to.Scale, 0, false);
        switch (to.Id)
        {
            case SqlTypeId.Boolean:
                return plan.Emit(new RowStep<TextToBoolean, Utf8, bool>(input), Layout.Bit);
            case SqlTypeId.TinyInt:
                return plan.Emit(new RowStep<TextToInteger<sbyte>, Utf8, sbyte>(input), layout);
            case SqlTypeId.SmallInt:
                return plan.Emit(new RowStep<TextToInteger<short>, Utf8, short>(input), layout);
            case SqlTypeId.Integer:
                return plan.Emit(new RowStep<TextToInteger<int>, Utf8, int>(input), layout);
            case SqlTypeId.BigInt:
                return plan.Emit(new RowStep<TextToInteger<long>, Utf8, long>(input), layout);
            case SqlTypeId.Float:
                return plan.Emit(new RowStep<TextToFloat, Utf8, float>(input), layout);
            case SqlTypeId.Double:
                return plan.Emit(new RowStep<TextToDouble, Utf8, double>(input), layout);
            case SqlTypeId.Decimal:
                return DecimalFromText(plan, input, spec, layout);
            case SqlTypeId.Date:
                return plan.Emit(new RowStep<TextToDate, Utf8, int>(input), layout);
            case SqlTypeId.Time:
                return plan.Emit(new RowStep<TextToTime, Utf8, int>(input), layout, spec);
            case SqlTypeId.Timestamp:
                return plan.Emit(new RowStep<TextToTimestamp, Utf8, long>(input), layout, spec);
            case SqlTypeId.TimestampLtz:
                int local = plan.Emit(new RowStep<TextToTimestamp, Utf8, long>(input), layout, spec);
                return TemporalCasts.ToInstant(plan, local, to);
            default:
                throw new NotSupportedException($"Cast has no kernel: {plan.From} to {to}.");
        }
    }

    /// <summary>Cuts text to a length in characters and pads CHAR with spaces.</summary>
    internal static int Fit(CastPlan plan, int input, SqlType from)
    {
        SqlType to = plan.To;
        bool pad = to.Id == SqlTypeId.Char;
        if ((!pad && (to.Length == SqlType.MaxLength || (from.IsText && from.Length <= to.Length)))
            || (pad && from.Id == SqlTypeId.Char && from.Length == to.Length))
        {
            return input;
        }

        return plan.Emit(
            new RowStep<FitText, Utf8, Utf8>(input), Layout.View, new TextSpec(default, 0, 0, to.Length, pad));
    }

    private static int DecimalFromText(CastPlan plan, int input, TextSpec spec, Layout layout) =>
        layout == Layout.Int64
            ? plan.Emit(new RowStep<TextToDecimal<long>, Utf8, long>(input), layout, spec)
            : plan.Emit(new RowStep<TextToDecimal<Int128>, Utf8, Int128>(input), layout, spec);
}

internal readonly struct BooleanToText : IRowOp<bool, Utf8>
{
    public static bool Apply(Frame frame, bool a, out Utf8 result)
    {
        result = frame.Copy(a ? "TRUE"u8 : "FALSE"u8);
        return true;
    }
}

internal readonly struct Int64ToText : IRowOp<long, Utf8>
{
    public static unsafe bool Apply(Frame frame, long a, out Utf8 result)
    {
        result = frame.Commit(NumberText.Format(a,
            new Span<byte>(frame.Reserve(NumberText.MaxLength), NumberText.MaxLength)));
        return true;
    }
}

internal readonly struct FloatToText : IRowOp<float, Utf8>
{
    public static unsafe bool Apply(Frame frame, float a, out Utf8 result)
    {
        result = frame.Commit(NumberText.Format(a,
            new Span<byte>(frame.Reserve(NumberText.MaxLength), NumberText.MaxLength)));
        return true;
    }
}

internal readonly struct DoubleToText : IRowOp<double, Utf8>
{
    public static unsafe bool Apply(Frame frame, double a, out Utf8 result)
    {
        result = frame.Commit(NumberText.Format(a,
            new Span<byte>(frame.Reserve(NumberText.MaxLength), NumberText.MaxLength)));
        return true;
    }
}

internal readonly struct DecimalToText<T> : IRowOp<T, Utf8>
{
    public static unsafe bool Apply(Frame frame, T a, out Utf8 result)
    {
        const int Room = DecimalText.MaxLength;
        int scale = Unsafe.As<TextSpec>(frame.State!).Scale;
        result = frame.Commit(DecimalText.Format(Wide.From(a), scale, new Span<byte>(frame.Reserve(Room), Room)));
        return true;
    }
}

internal readonly struct DateToText : IRowOp<int, Utf8>
{
    public static unsafe bool Apply(Frame frame, int a, out Utf8 result)
    {
        result = frame.Commit(DateText.Format(a,
            new Span<byte>(frame.Reserve(DateText.MaxLength), DateText.MaxLength)));
        return true;
    }
}

internal readonly struct TimeToText : IRowOp<int, Utf8>
{
    public static unsafe bool Apply(Frame frame, int a, out Utf8 result)
    {
        const int Room = TimeText.MaxLength;
        int precision = Unsafe.As<TextSpec>(frame.State!).Precision;
        result = frame.Commit(TimeText.Format(a, precision, new Span<byte>(frame.Reserve(Room), Room)));
        return true;
    }
}

internal readonly struct TimestampToText : IRowOp<long, Utf8>
{
    public static unsafe bool Apply(Frame frame, long a, out Utf8 result)
    {
        const int Room = TimestampText.MaxLength;
        var spec = Unsafe.As<TextSpec>(frame.State!);
        var room = new Span<byte>(frame.Reserve(Room), Room);
        result = frame.Commit(TimestampText.Format(a, spec.Unit, spec.Precision, room));
        return true;
    }
}

internal readonly struct MonthsToText : IRowOp<int, Utf8>
{
    public static unsafe bool Apply(Frame frame, int a, out Utf8 result)
    {
        const int Room = DurationText.MaxLength;
        result = frame.Commit(DurationText.FormatMonths(a, new Span<byte>(frame.Reserve(Room), Room)));
        return true;
    }
}

internal readonly struct MillisToText : IRowOp<long, Utf8>
{
    public static unsafe bool Apply(Frame frame, long a, out Utf8 result)
    {
        const int Room = DurationText.MaxLength;
        result = frame.Commit(DurationText.FormatMillis(a, new Span<byte>(frame.Reserve(Room), Room)));
        return true;
    }
}

internal readonly struct TextToBoolean : IRowOp<Utf8, bool>
{
    public static bool Apply(Frame frame, Utf8 a, out bool result)
    {
        ReadOnlySpan<byte> text = a.Span;
        result = Ascii.EqualsIgnoreCase(text, "true"u8) || Ascii.EqualsIgnoreCase(text, "t"u8)
            || Ascii.EqualsIgnoreCase(text, "yes"u8) || Ascii.EqualsIgnoreCase(text, "y"u8)
                || text.SequenceEqual("1"u8);
        return result || Ascii.EqualsIgnoreCase(text, "false"u8) || Ascii.EqualsIgnoreCase(text, "f"u8)
            || Ascii.EqualsIgnoreCase(text, "no"u8) || Ascii.EqualsIgnoreCase(text, "n"u8) || text.SequenceEqual("0"u8);
    }
}

/// <summary>Reads an integer; a well-formed fraction is cut off, what exceeds the type fails.</summary>
internal readonly struct TextToInteger<T> : IRowOp<Utf8, T>
    where T : unmanaged, System.Numerics.IBinaryInteger<T>
{
    public static bool Apply(Frame frame, Utf8 a, out T result)
    {
        ReadOnlySpan<byte> text = Digits.Trim(a.Span);
        if (!NumberText.TryParse(text, out long value) && !WithFraction(text, out value))
        {
            result = default;
            return false;
        }

        result = T.CreateTruncating(value);
        return long.CreateTruncating(result) == value;
    }

    private static bool WithFraction(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        int point = text.IndexOf((byte)'.');
        if (point < 0 || text[(point + 1)..].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        // A fraction alone is zero: ".5", "-.5".
        return point == 0 || (point == 1 && text[0] is (byte)'-' or (byte)'+') || NumberText.TryParse(text[..point], out value);
    }
}

internal readonly struct TextToFloat : IRowOp<Utf8, float>
{
    public static bool Apply(Frame frame, Utf8 a, out float result) =>
        NumberText.TryParse(CastText.Number(a.Span), out result);
}

internal readonly struct TextToDouble : IRowOp<Utf8, double>
{
    public static bool Apply(Frame frame, Utf8 a, out double result) =>
        NumberText.TryParse(CastText.Number(a.Span), out result);
}

internal readonly struct TextToDecimal<T> : IRowOp<Utf8, T>
{
    public static bool Apply(Frame frame, Utf8 a, out T result)
    {
        var spec = Unsafe.As<TextSpec>(frame.State!);
        bool ok = DecimalText.TryParse(Digits.Trim(a.Span), spec.Precision, spec.Scale, out Int128 value);
        result = Wide.To<T>(value);
        return ok;
    }
}

internal readonly struct TextToDate : IRowOp<Utf8, int>
{
    public static bool Apply(Frame frame, Utf8 a, out int result) => CastText.TryParseDate(a.Span, out result);
}

internal readonly struct TextToTime : IRowOp<Utf8, int>
{
    public static bool Apply(Frame frame, Utf8 a, out int result)
    {
        bool ok = CastText.TryParseTime(a.Span, out result);
        int step = (int)Powers.TenInt64(3 - Math.Min(3, Unsafe.As<TextSpec>(frame.State!).Precision));
        result -= result % step;
        return ok;
    }
}

/// <summary>Reads a date-time and cuts the fraction to the type's digits.</summary>
internal readonly struct TextToTimestamp : IRowOp<Utf8, long>
{
    public static bool Apply(Frame frame, Utf8 a, out long result)
    {
        var spec = Unsafe.As<TextSpec>(frame.State!);
        bool ok = CastText.TryParseTimestamp(a.Span, spec.Unit, out result);
        result = TemporalCasts.Truncate(result, spec.Unit, spec.Precision);
        return ok;
    }
}

/// <summary>Cuts text to a number of characters; pads with spaces where asked.</summary>
internal readonly struct FitText : IRowOp<Utf8, Utf8>
{
    public static bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        var spec = Unsafe.As<TextSpec>(frame.State!);
        int cut = CodePoints.OffsetOf(a.Span, spec.Length, out int found);
        result = a.Slice(0, cut);
        if (spec.Pad && found < spec.Length)
        {
            result = Padded(frame, a, spec.Length - found);
        }

        return true;
    }

    private static unsafe Utf8 Padded(Frame frame, Utf8 a, int spaces)
    {
        byte* room = frame.Reserve(a.Length + spaces + 16);
        a.Span.CopyTo(new Span<byte>(room, a.Length));
        new Span<byte>(room + a.Length, spaces).Fill((byte)' ');
        return frame.Commit(a.Length + spaces);
    }
}
