using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Pads text on the right to a number of characters; longer text is cut.</summary>
internal readonly struct RPad : IRowOp<Utf8, int, Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<RPad, Utf8, int, Utf8, Utf8>(
        "RPAD(s, length, pad)",
        "Pads text on the right to a number of characters; longer text is cut.",
        "RPAD('a', 3, '-') = 'a--'",
        Parameter.Text,
        Parameter.Integer,
        Parameter.Text,
        SqlType.String, canBeNull: true);

    public static bool Apply(Frame frame, Utf8 a, int b, Utf8 c, out Utf8 result)
    {
        return PadKernel.Run(frame, a, b, c, left: false, out result);
    }
}
