using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Takes one part out of a point in time.</summary>
internal readonly struct Extract : IRowOp<long, long>
{
    public static ScalarFunction Definition { get; } = new Function(
        "EXTRACT",
        ["EXTRACT(unit FROM time)"],
        "Returns one part of a point in time: year, month, day, hour …",
        "EXTRACT(MONTH FROM DATE '2024-05-06') = 5",
        static arguments => arguments.Length == 2 && arguments[0].IsText
            ? Function.Bind(arguments, [Parameter.Text, Parameter.LocalOrTime], SqlType.BigInt, false) : null,
        static (compiler, call, branch) => Compile(compiler, call, branch, TimeUnits.Of(call.Arguments[0]), 1));

    /// <summary>Makes a function that extracts one fixed unit.</summary>
    public static ScalarFunction Fixed(string name, DateUnit unit, string doc, string example) => new Function(
        name,
        [$"{name}(time)"],
        doc,
        example,
        static arguments => Function.Bind(arguments, [Parameter.LocalOrTime], SqlType.BigInt, false),
        (compiler, call, branch) => Compile(compiler, call, branch, unit, 0));

    public static bool Apply(Frame frame, long a, out long result)
    {
        DateUnit unit = Unsafe.As<RoundTimeSpec>(frame.State!).Unit;
        long days = CivilDate.FloorDiv(a, TimeUnits.PerDay);
        long micros = a - (days * TimeUnits.PerDay);
        result = unit switch
        {
            DateUnit.Hour => micros / (3600 * TimeUnits.PerSecond),
            DateUnit.Minute => micros / (60 * TimeUnits.PerSecond) % 60,
            DateUnit.Second => micros / TimeUnits.PerSecond % 60,
            DateUnit.Millisecond => micros / 1000 % 60_000,
            DateUnit.Microsecond => micros % (60 * TimeUnits.PerSecond),
            DateUnit.Epoch => CivilDate.FloorDiv(a, TimeUnits.PerSecond),
            DateUnit.DayOfWeek => CivilDate.FloorMod(days + 4, 7) + 1,
            DateUnit.IsoDayOfWeek => CivilDate.FloorMod(days + 3, 7) + 1,
            _ => OfDate(unit, days),
        };
        return true;
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch, DateUnit unit, int argument)
    {
        SqlType type = call.Arguments[argument].Type;
        int input = compiler.Compile(call.Arguments[argument], branch);

        // The epoch of an instant is no local matter.
        SqlType read = unit == DateUnit.Epoch && type.Id == SqlTypeId.TimestampLtz ? SqlType.Timestamp(type.Precision)
            : type;
        int local = TemporalCasts.LocalMicros(compiler, input, read, call.Location);
        return compiler.Emit(
            new RowStep<Extract, long, long>(local) { State = new RoundTimeSpec(unit, false) },
            Layout.Int64,
            branch,
            call.Location);
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
