using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Returns the instant of the batch.</summary>
internal static class CurrentTimestamp
{
    public static ScalarFunction Definition { get; } = Clock.Define(
        "CURRENT_TIMESTAMP", SqlType.TimestampLtz(3),
        "Returns the instant of the batch.", "CURRENT_TIMESTAMP IS NOT NULL").With("NOW", "CURRENT_ROW_TIMESTAMP");
}
