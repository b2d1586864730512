namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Returns the month, 1 to 12.</summary>
internal static class Month
{
    public static ScalarFunction Definition { get; } = Extract.Fixed(
        "MONTH", DateUnit.Month, "Returns the month, 1 to 12.", "MONTH(DATE '2024-05-06') = 5");
}
