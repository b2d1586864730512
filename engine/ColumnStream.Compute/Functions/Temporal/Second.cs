namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Returns the second, 0 to 59.</summary>
internal static class Second
{
    public static ScalarFunction Definition { get; } = Extract.Fixed(
        "SECOND", DateUnit.Second, "Returns the second, 0 to 59.", "SECOND(TIMESTAMP '2024-05-06 07:08:09') = 9");
}
