using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Returns the 1-based place of the first occurrence, or 0.</summary>
internal readonly struct InStr : IRowOp<Utf8, Utf8, int>
{
    public static ScalarFunction Definition { get; } = Function.Row<InStr, Utf8, Utf8, int>(
        "INSTR(s, part)",
        "Returns the 1-based place of the first occurrence, or 0.",
        "INSTR('hello', 'l') = 3",
        Parameter.Text,
        Parameter.Text,
        SqlType.Integer);

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out int result)
    {
        result = CodePoints.Find(a.Span, b.Span, 0);
        return true;
    }
}
