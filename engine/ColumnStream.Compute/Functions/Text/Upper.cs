namespace ColumnStream.Compute.Functions.Text;

/// <summary>Turns letters to upper case.</summary>
internal static class Upper
{
    public static ScalarFunction Definition { get; } = LetterCase.Define(
        "UPPER", "Turns letters to upper case.", "UPPER('abc') = 'ABC'", upper: true);
}
