using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Execution;

/// <summary>Holds how many units of the source make one of the target, and the zone where one is crossed.</summary>
internal sealed record TemporalSpec(long Multiply, long Divide, long PerSecond, LocalZone? Zone);

/// <summary>Converts between dates, times and timestamps.</summary>
internal static class TemporalCasts
{
    /// <summary>Returns the unit in which a temporal type counts.</summary>
    public static TimeUnit UnitOf(SqlType type) => !type.IsTimestamp ? TimeUnit.Millisecond
        : type.Precision <= 3 ? TimeUnit.Millisecond : type.Precision <= 6 ? TimeUnit.Microsecond : TimeUnit.Nanosecond;

    /// <summary>Cuts a count of units to a number of fraction digits, towards the past.</summary>
    public static long Truncate(long value, TimeUnit unit, int precision)
    {
        int digits = unit == TimeUnit.Millisecond ? 3 : unit == TimeUnit.Microsecond ? 6 : 9;
        return precision >= digits ? value : value - CivilDate.FloorMod(value, Powers.TenInt64(digits - precision));
    }

    /// <summary>Casts a temporal register to another temporal type.</summary>
    public static int Convert(CastPlan plan, int input)
    {
        SqlType from = plan.From;
        SqlType to = plan.To;
        if (from.Id == to.Id && from.Precision == to.Precision)
        {
            return input;
        }

        if (from.Id == SqlTypeId.TimestampLtz && to.Id != SqlTypeId.TimestampLtz)
        {
            input = ToLocal(plan, input, from);
        }

        int result = to.Id switch
        {
            SqlTypeId.Date => from.IsTimestamp ? Days(plan, input, from) : input,
            SqlTypeId.Time => from.IsTimestamp ? TimeOfDay(plan, input, from) : CutTime(plan, input),
            _ => ToTimestamp(plan, input, from, to),
        };
        return to.Id == SqlTypeId.TimestampLtz && from.Id != SqlTypeId.TimestampLtz ? ToInstant(plan, result, to)
            : result;
    }

    /// <summary>Turns instants into local date-times of the session's zone, in the same unit.</summary>
    public static int ToLocal(CastPlan plan, int input, SqlType type) => Cross<InstantToLocal>(plan, input, type);

    /// <summary>Turns local date-times into instants, in the same unit.</summary>
    public static int ToInstant(CastPlan plan, int input, SqlType type) => Cross<LocalToInstant>(plan, input, type);

    /// <summary>
    /// Turns any temporal value into local units since 1970, or since midnight: what date functions compute with.
    /// </summary>
    /// <remarks>The unit is the timestamp's own, so that no digit is lost; dates and times count milliseconds.</remarks>
    public static int Local(ProgramCompiler compiler, int input, SqlType type, SourceLocation location)
    {
        var plan = new CastPlan(compiler, type, type, null, 0, location);
        switch (type.Id)
        {
            case SqlTypeId.Date:
                int days = CastCompiler.Number(plan, input, Layout.Int32, Layout.Int64);
                return plan.Emit(
                    new RowStep<ScaleUnits, long, long>(days), Layout.Int64, new TemporalSpec(CivilDate.MillisPerDay, 1, 0, null));
            case SqlTypeId.Time:
                return CastCompiler.Number(plan, input, Layout.Int32, Layout.Int64);
            case SqlTypeId.TimestampLtz:
                return ToLocal(plan, input, type);
            default:
                return input;
        }
    }

    /// <summary>Turns local units back into a temporal type; a time of day wraps at midnight.</summary>
    public static int FromLocal(ProgramCompiler compiler, int input, SqlType type, SourceLocation location)
    {
        var plan = new CastPlan(compiler, type, type, null, 0, location);
        return type.Id switch
        {
            SqlTypeId.Date => plan.Emit(
                new RowStep<TimestampToDays, long, int>(input), Layout.Int32, new TemporalSpec(1, CivilDate.MillisPerDay, 0, null)),
            SqlTypeId.Time => plan.Emit(
                new RowStep<TimestampToTime, long, int>(input), Layout.Int32, new TemporalSpec(1, 1, 1000, null)),
            SqlTypeId.TimestampLtz => ToInstant(plan, input, type),
            _ => input,
        };
    }

    private static int Cross<TOp>(CastPlan plan, int input, SqlType type)
        where TOp : struct, IRowOp<long, long>
    {
        var zone = new LocalZone(plan.Compiler.Options.LocalTimeZone);
        return zone.IsUtc ? input : plan.Emit(
            new RowStep<TOp, long, long>(input),
            Layout.Int64,
            new TemporalSpec(1, 1, TimestampText.PerSecond(UnitOf(type)), zone));
    }

    private static int Days(CastPlan plan, int input, SqlType from) => plan.Emit(
        new RowStep<TimestampToDays, long, int>(input),
        Layout.Int32,
        new TemporalSpec(1, 86_400 * TimestampText.PerSecond(UnitOf(from)), 0, null));

    private static int TimeOfDay(CastPlan plan, int input, SqlType from) => plan.Emit(
        new RowStep<TimestampToTime, long, int>(input),
        Layout.Int32,
        new TemporalSpec(Powers.TenInt64(3 - Math.Min(3, plan.To.Precision)), 1, TimestampText.PerSecond(UnitOf(from)),
            null));

    private static int CutTime(CastPlan plan, int input) => plan.To.Precision >= plan.From.Precision ? input
        : plan.Emit(
        new RowStep<CutInt32, int, int>(input),
        Layout.Int32,
        new TemporalSpec(Powers.TenInt64(3 - Math.Min(3, plan.To.Precision)), 1, 0, null));

    private static int ToTimestamp(CastPlan plan, int input, SqlType from, SqlType to)
    {
        long target = TimestampText.PerSecond(UnitOf(to));
        if (!from.IsTimestamp)
        {
            int wide = CastCompiler.Number(plan, input, Layout.Int32, Layout.Int64);
            long factor = from.Id == SqlTypeId.Date ? 86_400 * target : target / 1000;
            return factor == 1 ? wide : plan.Emit(
                new RowStep<ScaleUnits, long, long>(wide), Layout.Int64, new TemporalSpec(factor, 1, 0, null));
        }

        long source = TimestampText.PerSecond(UnitOf(from));
        long cut = to.Precision < from.Precision
            ? Math.Max(1, source / (long)Math.Pow(10, to.Precision)) : 1;
        if (source == target && cut == 1)
        {
            return input;
        }

        // Cut in the source's unit first, then change the unit.
        int exact = cut == 1 ? input : plan.Emit(
            new RowStep<CutInt64, long, long>(input), Layout.Int64, new TemporalSpec(cut, 1, 0, null));
        return source == target ? exact : plan.Emit(
            new RowStep<ScaleUnits, long, long>(exact),
            Layout.Int64,
            new TemporalSpec(Math.Max(1, target / source), Math.Max(1, source / target), 0, null));
    }
}

internal readonly struct InstantToLocal : IRowOp<long, long>
{
    public static bool Apply(Frame frame, long a, out long result)
    {
        var spec = Unsafe.As<TemporalSpec>(frame.State!);
        result = a + (spec.Zone!.OffsetAt(CivilDate.FloorDiv(a, spec.PerSecond)) * spec.PerSecond);
        return true;
    }
}

internal readonly struct LocalToInstant : IRowOp<long, long>
{
    public static bool Apply(Frame frame, long a, out long result)
    {
        var spec = Unsafe.As<TemporalSpec>(frame.State!);
        result = a - (spec.Zone!.OffsetAtLocal(CivilDate.FloorDiv(a, spec.PerSecond)) * spec.PerSecond);
        return true;
    }
}

internal readonly struct TimestampToDays : IRowOp<long, int>
{
    public static bool Apply(Frame frame, long a, out int result)
    {
        result = (int)CivilDate.FloorDiv(a, Unsafe.As<TemporalSpec>(frame.State!).Divide);
        return true;
    }
}

internal readonly struct TimestampToTime : IRowOp<long, int>
{
    public static bool Apply(Frame frame, long a, out int result)
    {
        var spec = Unsafe.As<TemporalSpec>(frame.State!);
        int millis = (int)(CivilDate.FloorMod(a, 86_400 * spec.PerSecond) / (spec.PerSecond / 1000));
        result = millis - (int)(millis % spec.Multiply);
        return true;
    }
}

internal readonly struct CutInt32 : IRowOp<int, int>
{
    public static bool Apply(Frame frame, int a, out int result)
    {
        result = a - (int)CivilDate.FloorMod(a, Unsafe.As<TemporalSpec>(frame.State!).Multiply);
        return true;
    }
}

internal readonly struct CutInt64 : IRowOp<long, long>
{
    public static bool Apply(Frame frame, long a, out long result)
    {
        result = a - CivilDate.FloorMod(a, Unsafe.As<TemporalSpec>(frame.State!).Multiply);
        return true;
    }
}

/// <summary>Changes the unit; what leaves 64 bits has no value.</summary>
internal readonly struct ScaleUnits : IRowOp<long, long>
{
    public static bool Apply(Frame frame, long a, out long result)
    {
        var spec = Unsafe.As<TemporalSpec>(frame.State!);
        if (spec.Divide > 1)
        {
            result = CivilDate.FloorDiv(a, spec.Divide);
            return true;
        }

        return Math.BigMul(a, spec.Multiply, out result) == result >> 63;
    }
}
