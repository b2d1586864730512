using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Returns the first n characters.</summary>
internal readonly struct Left : IRowOp<Utf8, int, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<Left, Utf8, int, Utf8>(
        "LEFT(s, n)",
        "Returns the first n characters.",
        "LEFT('hello', 2) = 'he'",
        Parameter.Text,
        Parameter.Integer,
        SqlType.String);

    public static bool Apply(Frame frame, Utf8 a, int b, out Utf8 result)
    {
        result = a.Slice(0, CodePoints.OffsetOf(a.Span, b, out _));
        return true;
    }
}
