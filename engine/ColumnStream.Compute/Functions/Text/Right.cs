using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Returns the last n characters.</summary>
internal readonly struct Right : IRowOp<Utf8, int, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<Right, Utf8, int, Utf8>(
        "RIGHT(s, n)",
        "Returns the last n characters.",
        "RIGHT('hello', 2) = 'lo'",
        Parameter.Text,
        Parameter.Integer,
        SqlType.String);

    public static bool Apply(Frame frame, Utf8 a, int b, out Utf8 result)
    {
        int skip = CodePoints.Count(a.Span) - Math.Max(0, b);
        int start = CodePoints.OffsetOf(a.Span, skip, out _);
        result = a.Slice(start, a.Length - start);
        return true;
    }
}
