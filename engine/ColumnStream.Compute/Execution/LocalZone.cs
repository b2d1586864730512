using NodaTime;
using NodaTime.TimeZones;

namespace ColumnStream.Compute.Execution;

/// <summary>
/// Converts between instants and local date-times of one zone; remembers the last stretch of equal offset.
/// </summary>
/// <remarks>
/// One thread. A local time that a clock change skips moves on by the change; one that occurs twice is the first.
/// </remarks>
internal sealed class LocalZone
{
    private readonly DateTimeZone _zone;
    private long _start = long.MaxValue;
    private long _end = long.MinValue;
    private long _offset;

    public LocalZone(string id)
        : this(ZoneIds.Find(id) ?? throw new System.ArgumentException($"Time zone is unknown: {id}."))
    {
    }

    public LocalZone(DateTimeZone zone) => _zone = zone;

    /// <summary>Gets the zone's id.</summary>
    public string Id => _zone.Id;

    /// <summary>Gets whether local time is always UTC.</summary>
    public bool IsUtc => _zone is { MinOffset.Seconds: 0, MaxOffset.Seconds: 0 };

    /// <summary>Returns the offset in seconds at an instant.</summary>
    public long OffsetAt(long epochSeconds)
    {
        if (epochSeconds < _start || epochSeconds >= _end)
        {
            Remember(_zone.GetZoneInterval(Instant.FromUnixTimeSeconds(Clamp(epochSeconds))));
        }

        return _offset;
    }

    /// <summary>Returns the zone's short name at an instant: CET, CEST; its offset where the data have no name.</summary>
    public string NameAt(long epochSeconds) =>
        _zone.GetZoneInterval(Instant.FromUnixTimeSeconds(Clamp(epochSeconds))).Name;

    /// <summary>Returns the offset in seconds to subtract from a local time.</summary>
    /// <param name="localSeconds">Local seconds since 1970.</param>
    /// <param name="later">Whether a local time that occurs twice is the second one.</param>
    public long OffsetAtLocal(long localSeconds, bool later = false)
    {
        // Far from both ends of the stretch the answer is certain; clock changes are at most a day.
        if (localSeconds - _offset - 86_400 >= _start && localSeconds - _offset + 86_400 < _end)
        {
            return _offset;
        }

        LocalDateTime local = Instant.FromUnixTimeSeconds(Clamp(localSeconds)).InUtc().LocalDateTime;
        ZoneLocalMapping mapping = _zone.MapLocal(local);

        // In a gap both ways of counting move on by the change: the offset before it.
        ZoneInterval interval = later && mapping.Count == 2 ? mapping.LateInterval : mapping.EarlyInterval;
        Remember(interval);
        return interval.WallOffset.Seconds;
    }

    private static long Clamp(long seconds) => System.Math.Clamp(seconds, -377_000_000_000, 253_000_000_000);

    private void Remember(ZoneInterval interval)
    {
        _start = interval.HasStart ? interval.Start.ToUnixTimeSeconds() : long.MinValue / 2;
        _end = interval.HasEnd ? interval.End.ToUnixTimeSeconds() : long.MaxValue / 2;
        _offset = interval.WallOffset.Seconds;
    }
}
