namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Returns the year.</summary>
internal static class Year
{
    public static ScalarFunction Definition { get; } = Extract.Fixed(
        "YEAR", DateUnit.Year, "Returns the year.", "YEAR(DATE '2024-05-06') = 2024");
}
