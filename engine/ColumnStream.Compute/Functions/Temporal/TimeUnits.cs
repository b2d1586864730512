using System;
using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Names the units of date functions.</summary>
internal enum DateUnit : byte
{
    /// <summary>From coarse to fine, as SQL names them.</summary>
    Millennium,
    Century,
    Decade,
    Year,
    IsoYear,
    Quarter,
    Month,
    Week,
    Day,
    DayOfYear,
    DayOfWeek,
    IsoDayOfWeek,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
    Epoch,
}

/// <summary>Reads unit names and computes with local microseconds since 1970.</summary>
internal static class TimeUnits
{
    public const long PerSecond = 1_000_000;
    public const long PerDay = 86_400 * PerSecond;

    /// <summary>Returns the unit that a constant text names, plural allowed.</summary>
    public static DateUnit Of(BoundExpression expression)
    {
        string name = expression is LiteralExpression { Value: { } text } ? text.ToUpperInvariant()
            : throw new NotSupportedException("A time unit is a constant.");
        name = name.StartsWith("SQL_TSI_", StringComparison.Ordinal) ? name[8..] : name;
        return name.TrimEnd('S') switch
        {
            "MILLENNIUM" or "MILLENIUM" => DateUnit.Millennium,
            "CENTURY" => DateUnit.Century,
            "DECADE" => DateUnit.Decade,
            "YEAR" => DateUnit.Year,
            "ISOYEAR" => DateUnit.IsoYear,
            "QUARTER" => DateUnit.Quarter,
            "MONTH" => DateUnit.Month,
            "WEEK" => DateUnit.Week,
            "DAY" => DateUnit.Day,
            "DOY" => DateUnit.DayOfYear,
            "DOW" => DateUnit.DayOfWeek,
            "ISODOW" => DateUnit.IsoDayOfWeek,
            "HOUR" => DateUnit.Hour,
            "MINUTE" => DateUnit.Minute,
            "SECOND" => DateUnit.Second,
            "MILLISECOND" => DateUnit.Millisecond,
            "MICROSECOND" => DateUnit.Microsecond,
            "EPOCH" => DateUnit.Epoch,
            _ => throw new NotSupportedException($"Time unit is unknown: {name}."),
        };
    }

    /// <summary>Returns the microseconds of a unit of fixed length, or 0.</summary>
    public static long Micros(DateUnit unit) => unit switch
    {
        DateUnit.Week => 7 * PerDay,
        DateUnit.Day => PerDay,
        DateUnit.Hour => 3600 * PerSecond,
        DateUnit.Minute => 60 * PerSecond,
        DateUnit.Second => PerSecond,
        DateUnit.Millisecond => 1000,
        DateUnit.Microsecond => 1,
        _ => 0,
    };

    /// <summary>Returns the months of a unit that is made of months, or 0.</summary>
    public static int Months(DateUnit unit) => unit switch
    {
        DateUnit.Millennium => 12_000,
        DateUnit.Century => 1200,
        DateUnit.Decade => 120,
        DateUnit.Year => 12,
        DateUnit.Quarter => 3,
        DateUnit.Month => 1,
        _ => 0,
    };

    /// <summary>Compiles FLOOR and CEIL of a point in time to a unit.</summary>
    public static int CompileRound(ProgramCompiler compiler, CallExpression call, int branch, bool up)
    {
        SqlType type = call.Arguments[0].Type;
        int input = compiler.Compile(call.Arguments[0], branch);
        int local = TemporalCasts.LocalMicros(compiler, input, type, call.Location);
        int rounded = compiler.Emit(
            new RowStep<RoundTime, long, long>(local) { State = new RoundTimeSpec(Of(call.Arguments[1]), up) },
            Layout.Int64,
            branch,
            call.Location);
        return TemporalCasts.FromLocalMicros(compiler, rounded, type, call.Location);
    }
}

/// <summary>Holds the unit and the direction of a rounding.</summary>
internal sealed record RoundTimeSpec(DateUnit Unit, bool Up);

/// <summary>Rounds local microseconds to a unit; weeks begin on Sunday.</summary>
internal readonly struct RoundTime : IRowOp<long, long>
{
    public static bool Apply(Frame frame, long a, out long result)
    {
        var spec = Unsafe.As<RoundTimeSpec>(frame.State!);
        int months = TimeUnits.Months(spec.Unit);
        long floor = months > 0 ? FloorMonths(a, months) : FloorFixed(a, spec.Unit);
        result = !spec.Up || floor == a ? floor
            : months > 0 ? CivilDate.AddMonths(floor / TimeUnits.PerDay, months) * TimeUnits.PerDay
            : floor + TimeUnits.Micros(spec.Unit);
        return true;
    }

    // 1970-01-01 was a Thursday; the Sunday before is day -4.
    private static long FloorFixed(long a, DateUnit unit)
    {
        long shift = unit == DateUnit.Week ? 4 * TimeUnits.PerDay : 0;
        return a - CivilDate.FloorMod(a + shift, TimeUnits.Micros(unit));
    }

    private static long FloorMonths(long a, int months)
    {
        CivilDate.FromDays(CivilDate.FloorDiv(a, TimeUnits.PerDay), out int year, out int month, out _);

        // Centuries and millennia begin in the year one.
        int first = months >= 1200 ? 12 : 0;
        long total = (year * 12L) + month - 1 - first;
        total = total - CivilDate.FloorMod(total, months) + first;
        return CivilDate.ToDays((int)CivilDate.FloorDiv(total, 12), (int)CivilDate.FloorMod(total, 12) + 1, 1)
            * TimeUnits.PerDay;
    }
}
