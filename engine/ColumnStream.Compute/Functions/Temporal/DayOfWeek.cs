namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Returns the day of the week, 1 for Sunday.</summary>
internal static class DayOfWeek
{
    public static ScalarFunction Definition { get; } = Extract.Fixed(
        "DAYOFWEEK", DateUnit.DayOfWeek, "Returns the day of the week, 1 for Sunday.",
        "DAYOFWEEK(DATE '1994-09-27') = 3");
}
