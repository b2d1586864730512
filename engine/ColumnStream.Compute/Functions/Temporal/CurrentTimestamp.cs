using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Returns the instant of the rows, in batch jobs of the query.</summary>
internal static class CurrentTimestamp
{
    public static ScalarFunction Definition { get; } = Clock.Define(
        "CURRENT_TIMESTAMP", SqlType.TimestampLtz(3),
        "Returns the instant of the rows, in batch jobs of the query.", "CURRENT_TIMESTAMP IS NOT NULL").With("NOW");
}
