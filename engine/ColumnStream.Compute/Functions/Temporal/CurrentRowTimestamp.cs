using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Returns the instant of the rows, in batch jobs too.</summary>
internal static class CurrentRowTimestamp
{
    public static ScalarFunction Definition { get; } = Clock.Define(
        "CURRENT_ROW_TIMESTAMP", SqlType.TimestampLtz(3),
        "Returns the instant at which the row is processed.", "CURRENT_ROW_TIMESTAMP() IS NOT NULL", perRow: true);
}
