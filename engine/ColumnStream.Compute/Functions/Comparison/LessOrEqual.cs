namespace ColumnStream.Compute.Functions.Comparison;

/// <summary>Tells whether the first value is at most the second.</summary>
internal static class LessOrEqual
{
    public static ScalarFunction Definition { get; } = CompareOperators.Define(
        "<=",
        "Tells whether the first value is at most the second.", "1 <= 1", CompareOperators.LessOrEqual, swap: false);
}
