namespace ColumnStream.Compute.Functions.Text;

/// <summary>Turns letters to lower case.</summary>
internal static class Lower
{
    public static ScalarFunction Definition { get; } = LetterCase.Define(
        "LOWER", "Turns letters to lower case.", "LOWER('ABC') = 'abc'", upper: false);
}
