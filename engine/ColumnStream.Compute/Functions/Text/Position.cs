using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Returns the 1-based place of the first occurrence at or behind a start, or 0.</summary>
internal readonly struct Position : IRowOp<Utf8, Utf8, int, int>
{
    public static ScalarFunction Definition { get; } = Function.Row<Position, Utf8, Utf8, int, int>(
        "POSITION(part IN s [FROM start])",
        "Returns the 1-based place of the first occurrence at or behind a start, or 0.",
        "POSITION('l' IN 'hello') = 3",
        Parameter.Text,
        Parameter.Text,
        Parameter.Integer.Or("1"),
        SqlType.Integer);

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, int c, out int result)
    {
        result = CodePoints.Find(b.Span, a.Span, Math.Max(0, c - 1));
        return true;
    }
}
