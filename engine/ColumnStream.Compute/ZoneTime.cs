using System;
using ColumnStream.Compute.Execution;
using NodaTime;
using NodaTime.TimeZones;

namespace ColumnStream.Compute;

/// <summary>Maps instants to the local time of one zone and back, in milliseconds; made for windows over local time.</summary>
/// <remarks>Where clocks go back, local time occurs twice: a window that ends there ends at the second pass.</remarks>
public sealed class ZoneTime
{
    private readonly DateTimeZone _zone;
    private long _start = long.MaxValue;
    private long _end = long.MinValue;
    private long _offset;

    /// <summary>Makes a map for a zone's id.</summary>
    /// <exception cref="ArgumentException">The zone is unknown.</exception>
    public ZoneTime(string zone) =>
        _zone = ZoneIds.Find(zone) ?? throw new ArgumentException($"Time zone is unknown: {zone}.");

    /// <summary>Returns the local time at an instant.</summary>
    public long Local(long instantMs) => Extreme(instantMs) ? instantMs : instantMs + OffsetAt(instantMs);

    /// <summary>Returns the instant of a local time: the second one where it occurs twice, moved on where it does not occur.</summary>
    public long Instant(long localMs)
    {
        if (Extreme(localMs))
        {
            return localMs;
        }

        ZoneLocalMapping mapping = _zone.MapLocal(NodaTime.Instant.FromUnixTimeMilliseconds(Clamp(localMs)).InUtc().LocalDateTime);
        ZoneInterval interval = mapping.Count == 2 ? mapping.LateInterval : mapping.EarlyInterval;
        return localMs - interval.WallOffset.Milliseconds;
    }

    /// <summary>Returns the largest local time that is over for good at an instant: it does not occur again.</summary>
    public long Passed(long instantMs)
    {
        if (Extreme(instantMs))
        {
            return instantMs;
        }

        long local = instantMs + OffsetAt(instantMs);
        if (_end >= long.MaxValue / 2)
        {
            return local;
        }

        // Behind the end of this stretch local time begins anew at its end in the next offset.
        long again = _end + _zone.GetUtcOffset(NodaTime.Instant.FromUnixTimeMilliseconds(_end)).Milliseconds;
        return Math.Min(local, again - 1);
    }

    private static bool Extreme(long timeMs) => timeMs is < -300_000_000_000_000 or > 250_000_000_000_000;

    private static long Clamp(long timeMs) => Math.Clamp(timeMs, -300_000_000_000_000, 250_000_000_000_000);

    private long OffsetAt(long instantMs)
    {
        if (instantMs < _start || instantMs >= _end)
        {
            ZoneInterval interval = _zone.GetZoneInterval(NodaTime.Instant.FromUnixTimeMilliseconds(Clamp(instantMs)));
            _start = interval.HasStart ? interval.Start.ToUnixTimeMilliseconds() : long.MinValue / 2;
            _end = interval.HasEnd ? interval.End.ToUnixTimeMilliseconds() : long.MaxValue / 2;
            _offset = interval.WallOffset.Milliseconds;
        }

        return _offset;
    }
}
