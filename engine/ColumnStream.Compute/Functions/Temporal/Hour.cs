namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Returns the hour, 0 to 23.</summary>
internal static class Hour
{
    public static ScalarFunction Definition { get; } = Extract.Fixed(
        "HOUR", DateUnit.Hour, "Returns the hour, 0 to 23.", "HOUR(TIMESTAMP '2024-05-06 07:08:09') = 7");
}
