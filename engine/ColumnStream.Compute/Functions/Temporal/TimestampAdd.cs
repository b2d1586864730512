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
        "Adds n units to a point in time; the result has its type.",
        "TIMESTAMPADD(WEEK, 1, DATE '2003-01-02') = DATE '2003-01-09'",
        Bind,
        Compile);

    public static bool Apply(Frame frame, long a, long b, out long result)
    {
        DateUnit unit = Unsafe.As<RoundTimeSpec>(frame.State!).Unit;
        int months = TimeUnits.Months(unit);
        if (months == 0)
        {
            result = a + (b * TimeUnits.Micros(unit));
            return true;
        }

        long days = CivilDate.FloorDiv(a, TimeUnits.PerDay);
        result = (CivilDate.AddMonths(days, b * months) * TimeUnits.PerDay) + a - (days * TimeUnits.PerDay);
        return true;
    }

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.Length != 3 || !arguments[0].IsText || Parameter.BigInt.Accept(arguments[1]) is not { } count
            || Parameter.Local.Accept(arguments[2]) is not { } time)
        {
            return null;
        }

        return new FunctionBinding([arguments[0], count, time], time.WithNullable(time.Nullable || count.Nullable));
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        SqlType type = call.Arguments[2].Type;
        int count = compiler.Compile(call.Arguments[1], branch);
        int local = TemporalCasts.LocalMicros(compiler, compiler.Compile(call.Arguments[2], branch), type,
            call.Location);
        int sum = compiler.Emit(
            new RowStep<TimestampAdd, long, long, long>(local, count)
            {
                State = new RoundTimeSpec(TimeUnits.Of(call.Arguments[0]), false),
            },
            Layout.Int64,
            branch,
            call.Location);
        return TemporalCasts.FromLocalMicros(compiler, sum, call.Type, call.Location);
    }
}
