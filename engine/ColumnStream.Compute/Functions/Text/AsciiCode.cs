using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Returns the code of the first byte, or 0 for the empty text.</summary>
internal readonly struct AsciiCode : IRowOp<Utf8, int>
{
    public static ScalarFunction Definition { get; } = Function.Row<AsciiCode, Utf8, int>(
        "ASCII(s)",
        "Returns the code of the first byte, or 0 for the empty text.",
        "ASCII('a') = 97",
        Parameter.Text,
        SqlType.Integer);

    public static bool Apply(Frame frame, Utf8 a, out int result)
    {
        result = a.Length == 0 ? 0 : (sbyte)a[0];
        return true;
    }
}
