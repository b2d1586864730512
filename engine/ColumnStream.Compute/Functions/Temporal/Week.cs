namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Returns the ISO week, 1 to 53.</summary>
internal static class Week
{
    public static ScalarFunction Definition { get; } = Extract.Fixed(
        "WEEK", DateUnit.Week, "Returns the ISO week, 1 to 53.", "WEEK(DATE '2024-05-06') = 19");
}
