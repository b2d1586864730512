using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Returns the time of day in the session's zone.</summary>
internal static class LocalTime
{
    public static ScalarFunction Definition { get; } = Clock.Define(
        "LOCALTIME", SqlType.Time(0), "Returns the time of day in the session's zone.",
        "LOCALTIME IS NOT NULL").With("CURRENT_TIME");
}
