using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Patterns;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Returns seconds since 1970: of now, or of text in the session's zone; the least BIGINT for what is no time.</summary>
internal readonly struct UnixTimestamp : IRowOp<Utf8, Utf8, long>
{
    private static readonly Parameter[] Parameters = [Parameter.Text, Parameter.Text.Or(SimpleText.DefaultPattern)];

    public static ScalarFunction Definition { get; } = new Function(
        "UNIX_TIMESTAMP",
        ["UNIX_TIMESTAMP()", "UNIX_TIMESTAMP(s [, pattern])"],
        "Returns seconds since 1970: of now, or of text in the session's zone; the least BIGINT for text that is no time.",
        "UNIX_TIMESTAMP('1970-01-02 00:00:00 Z', 'yyyy-MM-dd HH:mm:ss X') = 86400",
        static arguments => arguments.IsEmpty ? new FunctionBinding([], SqlType.BigInt.WithNullable(false))
            : Function.Bind(arguments, Parameters, SqlType.BigInt, false),
        Compile)
        .With(Volatility.Volatile)
        .With(static call => PatternState.Check(call, 1, PatternDialect.Simple, PatternUse.Read));

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out long result)
    {
        var state = Unsafe.As<PatternState>(frame.State!);
        if (state.Get(b.Span) is not { } pattern
            || !DatePatternReader.TryRead(
                pattern, a.Span, PatternState.FirstYear(frame), out long seconds, out int nanos, out int? offset))
        {
            result = long.MinValue;
            return true;
        }

        // Milliseconds are cut towards zero, also before 1970.
        seconds -= offset ?? state.Zone.OffsetAtLocal(seconds, later: true);
        result = ((seconds * 1000) + (nanos / 1_000_000)) / 1000;
        return true;
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        var plan = new CastPlan(compiler, SqlType.BigInt, SqlType.BigInt, null, branch, call.Location);
        if (call.Arguments.Count == 0)
        {
            int now = compiler.Emit(new NowStep(perRow: true), Layout.Int64, 0, call.Location);
            return plan.Emit(
                new RowStep<ScaleUnits, long, long>(now), Layout.Int64, new TemporalSpec(1, 1000, 0, null));
        }

        int[] r = Function.Arguments(compiler, call, branch, Parameters);
        return plan.Emit(
            new RowStep<UnixTimestamp, Utf8, Utf8, long>(r[0], r[1]), Layout.Int64,
            new PatternState(PatternDialect.Simple, PatternUse.Read, new LocalZone(compiler.Options.LocalTimeZone)));
    }
}
