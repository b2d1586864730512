using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Returns the local date-time of the session's zone.</summary>
internal static class LocalTimestamp
{
    public static ScalarFunction Definition { get; } = Clock.Define(
        "LOCALTIMESTAMP", SqlType.Timestamp(3),
        "Returns the local date-time of the session's zone.", "LOCALTIMESTAMP IS NOT NULL");
}
