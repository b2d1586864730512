namespace ColumnStream.Compute.Functions.Comparison;

/// <summary>Tells whether the values differ.</summary>
internal static class NotEqual
{
    public static ScalarFunction Definition { get; } = CompareOperators.Define(
        "<>", "Tells whether the values differ.", "1 <> 2", CompareOperators.NotEqual, swap: false,
        isEquality: true);
}
