using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Patterns;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Reads text as a timestamp; what does not fit is NULL.</summary>
internal readonly struct ToTimestamp : IRowOp<Utf8, Utf8, long>
{
    private static readonly Parameter[] Parameters = [Parameter.Text, Parameter.Text.Or("")];

    public static ScalarFunction Definition { get; } = new Function(
        "TO_TIMESTAMP",
        ["TO_TIMESTAMP(s [, pattern])"],
        "Reads text as TIMESTAMP(3) by a pattern, yyyy-MM-dd HH:mm:ss by default; NULL where it does not fit.",
        "TO_TIMESTAMP('06.05.2024', 'dd.MM.yyyy') = TIMESTAMP '2024-05-06 00:00:00'",
        static arguments => Function.Bind(arguments, Parameters, SqlType.Timestamp(3), true),
        Compile)
        .With(static call => PatternState.Check(call, 1, PatternDialect.Formatter, PatternUse.Read));

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out long result) =>
        TryRead(frame, Unsafe.As<PatternState>(frame.State!), a.Span, b.Span, out result);

    /// <summary>Reads local milliseconds; text that a pattern does not read may still be yyyy-M-d [H:m:s[.f]].</summary>
    internal static bool TryRead(
        Frame frame, PatternState state, ReadOnlySpan<byte> text, ReadOnlySpan<byte> by, out long millis)
    {
        if (by.Length == 0)
        {
            return CastText.TryParseTimestamp(text, TimeUnit.Millisecond, out millis);
        }

        millis = 0;
        if (state.Get(by) is not { } pattern)
        {
            return false;
        }

        if (DatePatternReader.TryRead(pattern, text, PatternState.FirstYear(frame), out long seconds, out int nanos, out _))
        {
            millis = (seconds * 1000) + (nanos / 1_000_000);
            return true;
        }

        return CastText.TryParseTimestamp(Digits.Trim(text), TimeUnit.Millisecond, out millis);
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int[] r = Function.Arguments(compiler, call, branch, Parameters);
        return compiler.Emit(
            new RowStep<ToTimestamp, Utf8, Utf8, long>(r[0], r[1])
            {
                State = new PatternState(PatternDialect.Formatter, PatternUse.Read, PatternState.Utc),
            },
            Layout.Int64,
            branch,
            call.Location);
    }
}
