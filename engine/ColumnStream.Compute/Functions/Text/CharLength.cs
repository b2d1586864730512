using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Returns the number of characters.</summary>
internal readonly struct CharLength : IRowOp<Utf8, int>
{
    public static ScalarFunction Definition { get; } = Function.Row<CharLength, Utf8, int>(
        "CHAR_LENGTH(s)",
        "Returns the number of characters.",
        "CHAR_LENGTH('abc') = 3",
        Parameter.Text,
        SqlType.Integer).With("CHARACTER_LENGTH");

    public static bool Apply(Frame frame, Utf8 a, out int result)
    {
        result = CodePoints.Count(a.Span);
        return true;
    }
}
