using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Turns letters to upper case.</summary>
internal readonly struct Upper : IRowOp<Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<Upper, Utf8, Utf8>(
        "UPPER(s)",
        "Turns letters to upper case.",
        "UPPER('abc') = 'ABC'",
        Parameter.Text,
        SqlType.String);

    public static bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        result = LetterCase.Convert(frame, a, upper: true);
        return true;
    }
}
