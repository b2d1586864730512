namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Returns the day of the year, 1 to 366.</summary>
internal static class DayOfYear
{
    public static ScalarFunction Definition { get; } = Extract.Fixed(
        "DAYOFYEAR", DateUnit.DayOfYear, "Returns the day of the year, 1 to 366.", "DAYOFYEAR(DATE '2024-02-01') = 32");
}
