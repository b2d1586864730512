using System;
using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Holds the unit, the local units of a second, the direction of a rounding and whether the value is a DATE.</summary>
internal sealed record UnitSpec(DateUnit Unit, long PerSecond, bool Up = false, bool IsDate = false);

/// <summary>Rounds local units to a unit of time; weeks begin on Sunday, centuries in the year 1.</summary>
/// <remarks>
/// CEIL as Flink has it: a part of the day and the DAY of a timestamp go up unless they are whole; a DATE to DAY is the next
/// day; a month, quarter, year and week look at the day alone, so that 10:00 on the 1st stays on the 1st; the quarter of
/// April 1 is counted on; decades, centuries and millennia are always the next.
/// </remarks>
internal readonly struct RoundTime : IRowOp<long, long>
{
    /// <summary>Compiles FLOOR and CEIL of a point in time to a unit.</summary>
    public static int Compile(ProgramCompiler compiler, CallExpression call, int branch, bool up)
    {
        SqlType type = call.Arguments[0].Type;
        int input = compiler.Compile(call.Arguments[0], branch);
        int local = TemporalCasts.Local(compiler, input, type, call.Location);
        var spec = new UnitSpec(
            TimeUnits.Of(call.Arguments[1]), TimeUnits.PerSecond(type), up, type.Id == SqlTypeId.Date);
        RowStep step = Step(local, spec);
        step.State = spec;
        step.FailMessage = "Timestamp is out of range.";
        int rounded = compiler.Emit(step, Layout.Int64, branch, call.Location);
        return TemporalCasts.FromLocal(compiler, rounded, type, call.Location);
    }

    /// <summary>Says why a value is not rounded to a unit, or null.</summary>
    public static string? Check(CallExpression call)
    {
        if (call.Arguments.Count != 2 || !TypeCoercion.IsTemporal(call.Arguments[0].Type))
        {
            return null;
        }

        return TimeUnits.Find(call.Arguments[1]) is not { } unit ? $"Unit is unknown: {call.Arguments[1]}."
            : unit is DateUnit.Epoch or DateUnit.IsoYear or DateUnit.DayOfYear or DateUnit.DayOfWeek or DateUnit.IsoDayOfWeek
                || (call.Arguments[0].Type.Id == SqlTypeId.Time && !TimeUnits.IsPartOfDay(unit))
                ? $"{call.Arguments[0].Type.WithNullable(true)} is not rounded to {unit.ToString().ToUpperInvariant()}."
            : null;
    }

    public static bool Apply(Frame frame, long a, out long result)
    {
        var spec = Unsafe.As<UnitSpec>(frame.State!);
        if (TimeUnits.IsPartOfDay(spec.Unit) || (spec.Unit == DateUnit.Day && !spec.IsDate))
        {
            long size = TimeUnits.Nanos(spec.Unit) / (TimeUnits.NanosPerSecond / spec.PerSecond);
            result = size <= 1 ? a : a - CivilDate.FloorMod(a, size);
            if (spec.Up && result != a)
            {
                result += size;
                return result > a;
            }

            return result <= a;
        }

        long perDay = 86_400 * spec.PerSecond;
        long days = CivilDate.FloorDiv(a, perDay);
        return Math.BigMul(spec.Up ? Ceiling(spec.Unit, days) : Floor(spec.Unit, days), perDay, out result) == result >> 63;
    }

    // Rounded down, all points of a unit, or of a day, are the same.
    private static RowStep Step(int local, UnitSpec spec)
    {
        bool isFixed = TimeUnits.IsPartOfDay(spec.Unit) || spec.Unit == DateUnit.Day;
        long size = isFixed ? TimeUnits.Nanos(spec.Unit) / (TimeUnits.NanosPerSecond / spec.PerSecond) : 86_400 * spec.PerSecond;
        return spec.Up || size <= 1 ? new RowStep<RoundTime, long, long>(local)
            : new PeriodStep<RoundTime, long>(local, size, isFixed && ConstantDivision.Takes(size) ? new FloorLoop(size) : null);
    }

    private static long Floor(DateUnit unit, long days)
    {
        if (unit is DateUnit.Day or DateUnit.Week)
        {
            return unit == DateUnit.Day ? days : days - CivilDate.FloorMod(days + 4, 7);
        }

        CivilDate.FromDays(days, out int year, out int month, out _);
        return unit switch
        {
            DateUnit.Month => CivilDate.ToDays(year, month, 1),
            DateUnit.Quarter => CivilDate.ToDays(year, (((month - 1) / 3) * 3) + 1, 1),
            DateUnit.Year => CivilDate.ToDays(year, 1, 1),
            DateUnit.Decade => CivilDate.ToDays(10 * (int)CivilDate.FloorDiv(year, 10), 1, 1),
            DateUnit.Century => CivilDate.ToDays((100 * (int)CivilDate.FloorDiv(year - 1, 100)) + 1, 1, 1),
            _ => CivilDate.ToDays((1000 * (int)CivilDate.FloorDiv(year - 1, 1000)) + 1, 1, 1),
        };
    }

    private static long Ceiling(DateUnit unit, long days)
    {
        long floor = Floor(unit, days);
        CivilDate.FromDays(days, out _, out int month, out int day);
        return unit switch
        {
            DateUnit.Day => days + 1,
            DateUnit.Week => floor == days ? days : floor + 7,
            DateUnit.Month or DateUnit.Year => floor == days ? days : CivilDate.AddMonths(floor, TimeUnits.Months(unit)),
            DateUnit.Quarter => month == 1 && day == 1 ? floor : CivilDate.AddMonths(floor, 3),
            _ => CivilDate.AddMonths(floor, TimeUnits.Months(unit)),
        };
    }
}
