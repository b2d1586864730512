using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Values;

/// <summary>Answers which time zones there are.</summary>
public static class TimeZones
{
    /// <summary>Tells whether an id names a zone: a region such as Europe/Berlin, or an offset such as +02:00 or GMT+8.</summary>
    public static bool IsKnown(string id) => id.Length > 0 && ZoneIds.Find(id) is not null;
}
