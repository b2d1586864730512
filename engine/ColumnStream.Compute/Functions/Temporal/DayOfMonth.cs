namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Returns the day of the month, 1 to 31.</summary>
internal static class DayOfMonth
{
    public static ScalarFunction Definition { get; } = Extract.Fixed(
        "DAYOFMONTH", DateUnit.Day, "Returns the day of the month, 1 to 31.", "DAYOFMONTH(DATE '2024-05-06') = 6");
}
