using System;
using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Holds the unit and the local units of a second on either side.</summary>
internal sealed record DifferenceSpec(DateUnit Unit, long FromPerSecond, long ToPerSecond);

/// <summary>Counts whole units between two points in time; INT wraps, units below a millisecond are BIGINT.</summary>
internal readonly struct TimestampDiff : IRowOp<long, long, long>
{
    public static ScalarFunction Definition { get; } = new Function(
        "TIMESTAMPDIFF",
        ["TIMESTAMPDIFF(unit, from, to)"],
        "Returns the whole units from the first point in time to the second.",
        "TIMESTAMPDIFF(DAY, DATE '2024-01-01', DATE '2024-03-01') = 60",
        static arguments => arguments.Length == 3 ? Bind(DateUnit.Day, arguments[0], arguments[1], arguments[2]) : null,
        Compile)
        .With(static arguments => arguments.Length == 3
            ? Bind(TimeUnits.Find(arguments[0]) ?? DateUnit.Day, arguments[0].Type, arguments[1].Type, arguments[2].Type) : null)
        .With(static call => TimeUnits.Find(call.Arguments[0]) is { } unit
            && (TimeUnits.Months(unit) > 0 || TimeUnits.Nanos(unit) > 0) ? null : $"Unit is not counted: {call.Arguments[0]}.");

    public static bool Apply(Frame frame, long a, long b, out long result)
    {
        var spec = Unsafe.As<DifferenceSpec>(frame.State!);
        int months = TimeUnits.Months(spec.Unit);
        Int128 from = (Int128)a * (TimeUnits.NanosPerSecond / spec.FromPerSecond);
        Int128 to = (Int128)b * (TimeUnits.NanosPerSecond / spec.ToPerSecond);
        result = months > 0 ? WholeMonths(from, to) / months : (long)((to - from) / TimeUnits.Nanos(spec.Unit));
        return true;
    }

    private static FunctionBinding? Bind(DateUnit unit, SqlType name, SqlType from, SqlType to)
    {
        SqlType result = unit is DateUnit.Microsecond or DateUnit.Nanosecond ? SqlType.BigInt : SqlType.Integer;
        bool isTime = from.Id == SqlTypeId.Time && to.Id == SqlTypeId.Time && TimeUnits.IsPartOfDay(unit);
        Parameter point = isTime ? Parameter.LocalOrTime : Parameter.Local;
        return name.IsText ? Function.Bind([name, from, to], [Parameter.Text, point, point], result, false) : null;
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int[] registers = new int[2];
        bool areInstants = call.Arguments[1].Type.Id == SqlTypeId.TimestampLtz
            && call.Arguments[2].Type.Id == SqlTypeId.TimestampLtz;
        for (int i = 0; i < 2; i++)
        {
            BoundExpression argument = call.Arguments[i + 1];
            SqlType type = areInstants ? SqlType.Timestamp(argument.Type.Precision) : argument.Type;
            registers[i] = TemporalCasts.Local(compiler, compiler.Compile(argument, branch), type, call.Location);
        }

        var plan = new CastPlan(compiler, SqlType.BigInt, call.Type, null, branch, call.Location);
        var spec = new DifferenceSpec(
            TimeUnits.Of(call.Arguments[0]), TimeUnits.PerSecond(call.Arguments[1].Type),
            TimeUnits.PerSecond(call.Arguments[2].Type));
        int count = plan.Emit(
            new RowStep<TimestampDiff, long, long, long>(registers[0], registers[1]), Layout.Int64, spec);
        return CastCompiler.Number(plan, count, Layout.Int64, Layouts.Of(call.Type));
    }

    private static long WholeMonths(Int128 from, Int128 to)
    {
        bool backwards = to < from;
        (from, to) = backwards ? (to, from) : (from, to);
        (long fromDays, Int128 fromNanos) = Split(from);
        (long toDays, Int128 toNanos) = Split(to);
        CivilDate.FromDays(fromDays, out int fromYear, out int fromMonth, out _);
        CivilDate.FromDays(toDays, out int toYear, out int toMonth, out _);
        long months = ((toYear - fromYear) * 12L) + toMonth - fromMonth;
        long reached = CivilDate.AddMonths(fromDays, months);
        months -= reached > toDays || (reached == toDays && fromNanos > toNanos) ? 1 : 0;
        return backwards ? -months : months;
    }

    private static (long Days, Int128 OfDay) Split(Int128 nanos)
    {
        Int128 days = nanos / TimeUnits.NanosPerDay;
        Int128 rest = nanos - (days * TimeUnits.NanosPerDay);
        return rest < 0 ? ((long)days - 1, rest + TimeUnits.NanosPerDay) : ((long)days, rest);
    }
}
