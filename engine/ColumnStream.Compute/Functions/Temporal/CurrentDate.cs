using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Returns the date in the session's zone.</summary>
internal static class CurrentDate
{
    public static ScalarFunction Definition { get; } = Clock.Define(
        "CURRENT_DATE", SqlType.Date, "Returns the date in the session's zone.", "CURRENT_DATE IS NOT NULL");
}
