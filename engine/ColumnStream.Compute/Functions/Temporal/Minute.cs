namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Returns the minute, 0 to 59.</summary>
internal static class Minute
{
    public static ScalarFunction Definition { get; } = Extract.Fixed(
        "MINUTE", DateUnit.Minute, "Returns the minute, 0 to 59.", "MINUTE(TIMESTAMP '2024-05-06 07:08:09') = 8");
}
