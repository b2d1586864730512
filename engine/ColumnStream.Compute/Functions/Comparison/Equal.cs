namespace ColumnStream.Compute.Functions.Comparison;

/// <summary>Tells whether both values are equal.</summary>
internal static class Equal
{
    public static ScalarFunction Definition { get; } = CompareOperators.Define(
        "=", "Tells whether both values are equal.", "1 = 1", CompareOperators.Equal, swap: false,
        isEquality: true);
}
