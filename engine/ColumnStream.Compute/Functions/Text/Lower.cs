using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Turns letters to lower case.</summary>
internal readonly struct Lower : IRowOp<Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<Lower, Utf8, Utf8>(
        "LOWER(s)",
        "Turns letters to lower case.",
        "LOWER('ABC') = 'abc'",
        Parameter.Text,
        SqlType.String);

    public static bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        result = LetterCase.Convert(frame, a, upper: false);
        return true;
    }
}
