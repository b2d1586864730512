namespace ColumnStream.Compute.Functions.Comparison;

/// <summary>Tells whether the first value is at least the second.</summary>
internal static class GreaterOrEqual
{
    public static ScalarFunction Definition { get; } = CompareOperators.Define(
        ">=",
        "Tells whether the first value is at least the second.", "2 >= 2", CompareOperators.LessOrEqual, swap: true);
}
