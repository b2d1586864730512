namespace ColumnStream.Compute.Functions.Comparison;

/// <summary>Tells whether the first value is below the second.</summary>
internal static class Less
{
    public static ScalarFunction Definition { get; } = CompareOperators.Define(
        "<", "Tells whether the first value is below the second.", "'a' < 'b'", CompareOperators.Less, swap: false);
}
