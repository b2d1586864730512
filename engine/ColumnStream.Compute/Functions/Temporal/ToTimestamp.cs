using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
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
        Compile);

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out long result)
    {
        if (b.Length == 0)
        {
            return TimestampText.TryParse(a.Span, TimeUnit.Millisecond, out result);
        }

        result = 0;
        if (Unsafe.As<PatternCache>(frame.State!).Get(b.Span) is not { } pattern
            || !pattern.TryParse(a.Span, out long micros))
        {
            return false;
        }

        result = CivilDate.FloorDiv(micros, 1000);
        return true;
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int[] r = Function.Arguments(compiler, call, branch, Parameters);
        return PatternCache.Compile(compiler, call, branch, new RowStep<ToTimestamp, Utf8, Utf8, long>(r[0], r[1]),
            Layout.Int64);
    }
}
