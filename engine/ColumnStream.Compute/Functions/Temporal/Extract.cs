using System;
using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Takes one part out of a point in time or an interval.</summary>
/// <remarks>Milliseconds and finer are those of the second. Before 1970 parts count up as after it.</remarks>
internal readonly struct Extract : IRowOp<long, long>
{
    public static ScalarFunction Definition { get; } = new Function(
        "EXTRACT",
        ["EXTRACT(unit FROM time)", "EXTRACT(unit FROM interval)"],
        "Returns one part of a point in time or an interval: year, month, day, hour …",
        "EXTRACT(MONTH FROM DATE '2024-05-06') = 5",
        static arguments => arguments.Length == 2 && arguments[0].IsText ? Bind(arguments[0], arguments[1]) : null,
        static (compiler, call, branch) => Compile(compiler, call, branch, TimeUnits.Of(call.Arguments[0]), 1))
        .With(static call => TimeUnits.Find(call.Arguments[0]) is { } unit
            ? Problem(unit, call.Arguments[1].Type) : $"Unit is unknown: {call.Arguments[0]}.");

    /// <summary>Makes a function that extracts one fixed unit.</summary>
    public static ScalarFunction Fixed(string name, DateUnit unit, string doc, string example) => new Function(
        name,
        [$"{name}(time)"],
        doc,
        example,
        static arguments => arguments.Length == 1 ? Bind(null, arguments[0]) : null,
        (compiler, call, branch) => Compile(compiler, call, branch, unit, 0))
        .With(call => Problem(unit, call.Arguments[0].Type));

    public static bool Apply(Frame frame, long a, out long result)
    {
        var spec = Unsafe.As<UnitSpec>(frame.State!);
        long perSecond = spec.PerSecond;
        long perDay = 86_400 * perSecond;
        long days = CivilDate.FloorDiv(a, perDay);
        long ofDay = a - (days * perDay);
        result = spec.Unit switch
        {
            DateUnit.Hour => ofDay / (3600 * perSecond),
            DateUnit.Minute => ofDay / (60 * perSecond) % 60,
            DateUnit.Second => ofDay / perSecond % 60,
            DateUnit.Millisecond => ofDay % perSecond * 1000 / perSecond,
            DateUnit.Microsecond => (long)((Int128)(ofDay % perSecond) * 1_000_000 / perSecond),
            DateUnit.Nanosecond => ofDay % perSecond * (TimeUnits.NanosPerSecond / perSecond),
            DateUnit.Epoch => CivilDate.FloorDiv(a, perSecond),
            DateUnit.DayOfWeek => CivilDate.FloorMod(days + 4, 7) + 1,
            DateUnit.IsoDayOfWeek => CivilDate.FloorMod(days + 3, 7) + 1,
            _ => OfDate(spec.Unit, days),
        };
        return true;
    }

    private static FunctionBinding? Bind(SqlType? unit, SqlType time)
    {
        SqlType? type = TypeCoercion.IsInterval(time) ? time : Parameter.LocalOrTime.Accept(time);
        return type is null ? null : new FunctionBinding(
            unit is null ? [type] : [unit, type], SqlType.BigInt.WithNullable(type.Nullable));
    }

    private static string? Problem(DateUnit unit, SqlType type)
    {
        bool ok = type.Id switch
        {
            SqlTypeId.Date => unit is not (DateUnit.Millisecond or DateUnit.Microsecond or DateUnit.Nanosecond),
            SqlTypeId.Time => TimeUnits.IsPartOfDay(unit),
            SqlTypeId.IntervalYearMonth => TimeUnits.Months(unit) > 0,
            SqlTypeId.IntervalDayTime => unit == DateUnit.Day || unit == DateUnit.Epoch || TimeUnits.IsPartOfDay(unit),
            _ => true,
        };
        return ok ? null : $"{unit.ToString().ToUpperInvariant()} cannot be taken out of {type.WithNullable(true)}.";
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch, DateUnit unit, int argument)
    {
        SqlType type = call.Arguments[argument].Type;
        int input = compiler.Compile(call.Arguments[argument], branch);
        var plan = new CastPlan(compiler, type, SqlType.BigInt, null, branch, call.Location);
        if (TypeCoercion.IsInterval(type))
        {
            int wide = CastCompiler.Number(plan, input, Layouts.Of(type), Layout.Int64);
            return plan.Emit(new RowStep<ExtractOfInterval, long, long>(wide), Layout.Int64, new UnitSpec(unit, 1000));
        }

        // The epoch of an instant is no local matter.
        int local = unit == DateUnit.Epoch && type.Id == SqlTypeId.TimestampLtz ? input
            : TemporalCasts.Local(compiler, input, type, call.Location);
        var spec = new UnitSpec(unit, TimeUnits.PerSecond(type));
        return plan.Emit(Step(local, spec), Layout.Int64, spec);
    }

    // Below the second results change with every unit; from the second up they stay for as long as the unit, or a day.
    private static RowStep Step(int local, UnitSpec spec)
    {
        if (spec.Unit is DateUnit.Millisecond or DateUnit.Microsecond or DateUnit.Nanosecond)
        {
            return new RowStep<Extract, long, long>(local);
        }

        (long seconds, long count) = spec.Unit switch
        {
            DateUnit.Hour => (3600, 24),
            DateUnit.Minute => (60, 60),
            DateUnit.Second => (1, 60),
            DateUnit.Epoch => (1, 0),
            _ => (86_400L, 0L),
        };
        long period = seconds * spec.PerSecond;
        return new PeriodStep<Extract, long>(
            local, period, count > 0 && ConstantDivision.Takes(period) ? new PartLoop(period, count) : null);
    }

    private static long OfDate(DateUnit unit, long days)
    {
        CivilDate.FromDays(days, out int year, out int month, out int day);
        return unit switch
        {
            DateUnit.Year => year,
            DateUnit.Quarter => ((month - 1) / 3) + 1,
            DateUnit.Month => month,
            DateUnit.Day => day,
            DateUnit.DayOfYear => days - CivilDate.ToDays(year, 1, 1) + 1,
            DateUnit.Decade => CivilDate.FloorDiv(year, 10),
            DateUnit.Century => CivilDate.FloorDiv(year + 99, 100),
            DateUnit.Millennium => CivilDate.FloorDiv(year + 999, 1000),
            _ => IsoWeek(days, unit == DateUnit.IsoYear),
        };
    }

    /// <summary>Weeks begin on Monday; the year of a week is that of its Thursday.</summary>
    private static long IsoWeek(long days, bool wantsYear)
    {
        long thursday = days - CivilDate.FloorMod(days + 3, 7) + 3;
        CivilDate.FromDays(thursday, out int year, out _, out _);
        return wantsYear ? year : ((thursday - CivilDate.ToDays(year, 1, 1)) / 7) + 1;
    }
}

/// <summary>Takes one part out of months or milliseconds; all parts have the sign of the interval.</summary>
internal readonly struct ExtractOfInterval : IRowOp<long, long>
{
    public static bool Apply(Frame frame, long a, out long result)
    {
        result = Unsafe.As<UnitSpec>(frame.State!).Unit switch
        {
            DateUnit.Millennium => a / 12_000,
            DateUnit.Century => a / 1200,
            DateUnit.Decade => a / 120,
            DateUnit.Year => a / 12,
            DateUnit.Quarter => (a % 12 / 3) + 1,
            DateUnit.Month => a % 12,
            DateUnit.Day => a / CivilDate.MillisPerDay,
            DateUnit.Hour => a / 3_600_000 % 24,
            DateUnit.Minute => a / 60_000 % 60,
            DateUnit.Second => a / 1000 % 60,
            DateUnit.Millisecond => a % 1000,
            DateUnit.Microsecond => a % 1000 * 1000,
            DateUnit.Nanosecond => a % 1000 * 1_000_000,
            _ => a / 1000,
        };
        return true;
    }
}
