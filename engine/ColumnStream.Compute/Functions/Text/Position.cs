using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Returns the 1-based place of the first occurrence, or 0.</summary>
internal readonly struct Position : IRowOp<Utf8, Utf8, int>
{
    public static ScalarFunction Definition { get; } = Function.Row<Position, Utf8, Utf8, int>(
        "POSITION(part, s)",
        "Returns the 1-based place of the first occurrence, or 0.",
        "POSITION('l' IN 'hello') = 3",
        Parameter.Text,
        Parameter.Text,
        SqlType.Integer);

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out int result)
    {
        result = CodePoints.Find(b.Span, a.Span, 0);
        return true;
    }
}
