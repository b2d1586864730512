using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Counts whole units between two points in time.</summary>
internal readonly struct TimestampDiff : IRowOp<long, long, int>
{
    public static ScalarFunction Definition { get; } = new Function(
        "TIMESTAMPDIFF",
        ["TIMESTAMPDIFF(unit, from, to)"],
        "Returns the whole units from the first point in time to the second.",
        "TIMESTAMPDIFF(DAY, DATE '2024-01-01', DATE '2024-03-01') = 60",
        static arguments => arguments.Length == 3 && arguments[0].IsText
            ? Function.Bind(arguments, [Parameter.Text, Parameter.Local, Parameter.Local], SqlType.Integer, false)
                : null,
        Compile);

    public static bool Apply(Frame frame, long a, long b, out int result)
    {
        DateUnit unit = Unsafe.As<RoundTimeSpec>(frame.State!).Unit;
        int months = TimeUnits.Months(unit);
        result = (int)(months > 0 ? WholeMonths(a, b) / months : (b - a) / TimeUnits.Micros(unit));
        return true;
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int[] registers = new int[2];
        for (int i = 0; i < 2; i++)
        {
            BoundExpression argument = call.Arguments[i + 1];
            registers[i] = TemporalCasts.LocalMicros(
                compiler, compiler.Compile(argument, branch), argument.Type, call.Location);
        }

        return compiler.Emit(
            new RowStep<TimestampDiff, long, long, int>(registers[0], registers[1])
            {
                State = new RoundTimeSpec(TimeUnits.Of(call.Arguments[0]), false),
            },
            Layout.Int32,
            branch,
            call.Location);
    }

    private static long WholeMonths(long from, long to)
    {
        bool backwards = to < from;
        (from, to) = backwards ? (to, from) : (from, to);
        long fromDays = CivilDate.FloorDiv(from, TimeUnits.PerDay);
        long toDays = CivilDate.FloorDiv(to, TimeUnits.PerDay);
        CivilDate.FromDays(fromDays, out int fromYear, out int fromMonth, out _);
        CivilDate.FromDays(toDays, out int toYear, out int toMonth, out _);
        long months = ((toYear - fromYear) * 12L) + toMonth - fromMonth;
        long reached = (CivilDate.AddMonths(fromDays,
            months) * TimeUnits.PerDay) + from - (fromDays * TimeUnits.PerDay);
        months -= reached > to ? 1 : 0;
        return backwards ? -months : months;
    }
}
