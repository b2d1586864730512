using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Patterns;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Reads text as a date; what does not fit is NULL.</summary>
internal readonly struct ToDate : IRowOp<Utf8, Utf8, int>
{
    private static readonly Parameter[] Parameters = [Parameter.Text, Parameter.Text.Or("")];

    public static ScalarFunction Definition { get; } = new Function(
        "TO_DATE",
        ["TO_DATE(s [, pattern])"],
        "Reads text as DATE by a pattern, yyyy-MM-dd by default; NULL where it does not fit.",
        "TO_DATE('2024-05-06') = DATE '2024-05-06'",
        static arguments => Function.Bind(arguments, Parameters, SqlType.Date, true),
        Compile)
        .With(static call => PatternState.Check(call, 1, PatternDialect.Simple, PatternUse.Read));

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out int result)
    {
        if (b.Length == 0)
        {
            return CastText.TryParseDate(a.Span, out result);
        }

        result = 0;
        if (Unsafe.As<PatternState>(frame.State!).Get(b.Span) is not { } pattern
            || !DatePatternReader.TryRead(
                pattern, a.Span, PatternState.FirstYear(frame), out long seconds, out _, out int? offset))
        {
            return false;
        }

        result = (int)CivilDate.FloorDiv(seconds - (offset ?? 0), 86_400);
        return true;
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int[] r = Function.Arguments(compiler, call, branch, Parameters);
        return compiler.Emit(
            new RowStep<ToDate, Utf8, Utf8, int>(r[0], r[1])
            {
                State = new PatternState(PatternDialect.Simple, PatternUse.Read, PatternState.Utc),
            },
            Layout.Int32,
            branch,
            call.Location);
    }
}
