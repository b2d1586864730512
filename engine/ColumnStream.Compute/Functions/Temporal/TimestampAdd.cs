using System;
using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Adds a number of units to a point in time.</summary>
internal readonly struct TimestampAdd : IRowOp<long, long, long>
{
    public static ScalarFunction Definition { get; } = new Function(
        "TIMESTAMPADD",
        ["TIMESTAMPADD(unit, n, time)"],
        "Adds n units to a point in time; a DATE and a unit below a day make a TIMESTAMP.",
        "TIMESTAMPADD(WEEK, 1, DATE '2003-01-02') = DATE '2003-01-09'",
        static arguments => arguments.Length == 3 ? Bind(DateUnit.Day, arguments[0], arguments[1], arguments[2]) : null,
        Compile)
        .With(static arguments => arguments.Length == 3
            ? Bind(TimeUnits.Find(arguments[0]) ?? DateUnit.Day, arguments[0].Type, arguments[1].Type, arguments[2].Type) : null)
        .With(Check);

    public static bool Apply(Frame frame, long a, long b, out long result)
    {
        var spec = Unsafe.As<UnitSpec>(frame.State!);
        int months = TimeUnits.Months(spec.Unit);
        if (months == 0)
        {
            // Units finer than the value's own count as far as they make whole ones.
            Int128 sum = a + ((Int128)b * TimeUnits.Nanos(spec.Unit) / (TimeUnits.NanosPerSecond / spec.PerSecond));
            result = (long)sum;
            return result == sum;
        }

        result = 0;
        long perDay = 86_400 * spec.PerSecond;
        long days = CivilDate.FloorDiv(a, perDay);
        if (Int128.Abs((Int128)b * months) > 12 * 300_000L)
        {
            return false;
        }

        Int128 moved = ((Int128)CivilDate.AddMonths(days, b * months) * perDay) + a - (days * perDay);
        result = (long)moved;
        return result == moved;
    }

    private static FunctionBinding? Bind(DateUnit unit, SqlType name, SqlType number, SqlType point)
    {
        bool isTime = point.Id == SqlTypeId.Time;
        if (!name.IsText || Parameter.BigInt.Accept(number) is not { } count
            || (isTime ? Parameter.LocalOrTime : Parameter.Local).Accept(point) is not { } time)
        {
            return null;
        }

        int digits = unit switch
        {
            DateUnit.Millisecond => 3,
            DateUnit.Microsecond => 6,
            DateUnit.Nanosecond => 9,
            _ => 0,
        };
        SqlType result = time.Id == SqlTypeId.Date && TimeUnits.IsPartOfDay(unit) ? SqlType.Timestamp(Math.Max(6, digits))
            : time.IsTimestamp && digits > time.Precision ? time with { Precision = digits } : time;
        SqlType parameter = result.IsTimestamp ? result.WithNullable(time.Nullable) : time;
        return new FunctionBinding([name, count, parameter], result.WithNullable(time.Nullable || count.Nullable));
    }

    private static string? Check(CallExpression call)
    {
        if (TimeUnits.Find(call.Arguments[0]) is not { } unit)
        {
            return $"Unit is unknown: {call.Arguments[0]}.";
        }

        bool ok = call.Arguments[2].Type.Id == SqlTypeId.Time ? TimeUnits.IsPartOfDay(unit)
            : TimeUnits.Months(unit) > 0 || TimeUnits.Nanos(unit) > 0;
        return ok ? null : $"{unit.ToString().ToUpperInvariant()} cannot be added to {call.Arguments[2].Type.WithNullable(true)}.";
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        SqlType type = call.Arguments[2].Type;
        int count = compiler.Compile(call.Arguments[1], branch);

        // Instants move on the line of time, not on the local clock.
        SqlType plain = type.Id == SqlTypeId.TimestampLtz ? SqlType.Timestamp(type.Precision) : type;
        int local = TemporalCasts.Local(compiler, compiler.Compile(call.Arguments[2], branch), plain, call.Location);
        int sum = compiler.Emit(
            new RowStep<TimestampAdd, long, long, long>(local, count)
            {
                State = new UnitSpec(TimeUnits.Of(call.Arguments[0]), TimeUnits.PerSecond(type)),
                FailMessage = "Timestamp is out of range.",
            },
            Layout.Int64,
            branch,
            call.Location);
        return TemporalCasts.FromLocal(compiler, sum, plain, call.Location);
    }
}
