namespace ColumnStream.Compute.Functions.Comparison;

/// <summary>Tells whether the first value is above the second.</summary>
internal static class Greater
{
    public static ScalarFunction Definition { get; } = CompareOperators.Define(
        ">", "Tells whether the first value is above the second.", "2 > 1", CompareOperators.Less, swap: true);
}
