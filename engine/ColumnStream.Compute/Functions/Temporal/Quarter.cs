namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Returns the quarter, 1 to 4.</summary>
internal static class Quarter
{
    public static ScalarFunction Definition { get; } = Extract.Fixed(
        "QUARTER", DateUnit.Quarter, "Returns the quarter, 1 to 4.", "QUARTER(DATE '2024-05-06') = 2");
}
