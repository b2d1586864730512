using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Patterns;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Formats seconds since 1970 in the session's zone.</summary>
internal readonly struct FromUnixTime : IRowOp<long, Utf8, Utf8>
{
    private static readonly Parameter[] Parameters = [Parameter.BigInt, Parameter.Text.Or(SimpleText.DefaultPattern)];

    public static ScalarFunction Definition { get; } = new Function(
        "FROM_UNIXTIME",
        ["FROM_UNIXTIME(seconds [, pattern])"],
        "Formats seconds since 1970 in the session's zone, as yyyy-MM-dd HH:mm:ss by default.",
        "CHAR_LENGTH(FROM_UNIXTIME(44)) = 19",
        static arguments => Function.Bind(arguments, Parameters, SqlType.String, true),
        Compile)
        .With(Volatility.Stable)
        .With(static call => PatternState.Check(call, 1, PatternDialect.Simple, PatternUse.WriteZoned));

    public static bool Apply(Frame frame, long a, Utf8 b, out Utf8 result)
    {
        var state = Unsafe.As<PatternState>(frame.State!);
        result = default;

        // Beyond a hundred million years the calendar's numbers end.
        if (state.Get(b.Span) is not { } pattern || a is < -3_000_000_000_000_000 or > 3_000_000_000_000_000)
        {
            return false;
        }

        result = PatternState.WriteInstant(frame, pattern, a, 0, state.Zone);
        return true;
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int[] r = Function.Arguments(compiler, call, branch, Parameters);
        return compiler.Emit(
            new RowStep<FromUnixTime, long, Utf8, Utf8>(r[0], r[1])
            {
                State = new PatternState(
                    PatternDialect.Simple, PatternUse.WriteZoned, new LocalZone(compiler.Options.LocalTimeZone)),
            },
            Layout.View,
            branch,
            call.Location);
    }
}
