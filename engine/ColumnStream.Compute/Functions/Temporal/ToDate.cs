using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
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
        Compile);

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out int result)
    {
        if (b.Length == 0)
        {
            return DateText.TryParse(a.Span, out result);
        }

        result = 0;
        if (Unsafe.As<PatternCache>(frame.State!).Get(b.Span) is not { } pattern
            || !pattern.TryParse(a.Span, out long micros))
        {
            return false;
        }

        result = (int)CivilDate.FloorDiv(micros, TimeUnits.PerDay);
        return true;
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int[] r = Function.Arguments(compiler, call, branch, Parameters);
        return PatternCache.Compile(compiler, call, branch, new RowStep<ToDate, Utf8, Utf8, int>(r[0], r[1]),
            Layout.Int32);
    }
}
