using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Engine.Operators.WindowAggregate;

/// <summary>Tells how far the time of windows has come: the watermark, or the clock; local time where windows are local.</summary>
internal sealed class WindowTime
{
    private readonly OperatorContext _context;
    private readonly ZoneTime? _zone;
    private long _armedMs = long.MaxValue;

    public WindowTime(WindowSpec spec, OperatorContext context)
        : this(spec.IsLocal, context)
    {
    }

    public WindowTime(bool isLocal, OperatorContext context)
    {
        _context = context;
        string zone = context.Evaluation.LocalTimeZone;
        _zone = isLocal && zone is not ("UTC" or "Z" or "+00:00") ? new ZoneTime(zone) : null;
    }

    /// <summary>Refuses rows without a time.</summary>
    public static void RefuseNull(RecordBatch rows, int column)
    {
        if (rows.Columns[column].NullCount > 0)
        {
            throw new UserException(4002, $"Rowtime must not be NULL: column {rows.Schema.Fields[column].Name}.");
        }
    }

    /// <summary>Returns the last time that windows count as passed when the watermark is <paramref name="watermarkMs"/>.</summary>
    public long Passed(long watermarkMs) => _zone?.Passed(watermarkMs) ?? watermarkMs;

    /// <summary>Returns the instant at which rows arrive now.</summary>
    public long NowInstant() => ClockMs();

    /// <summary>Returns the time of rows that arrived at an instant.</summary>
    public long Local(long instantMs) => _zone?.Local(instantMs) ?? instantMs;

    /// <summary>Returns the instant of a time of windows.</summary>
    public long Instant(long timeMs) => _zone?.Instant(timeMs) ?? timeMs;

    /// <summary>Returns the time of rows that arrive now.</summary>
    public long Now() => Local(ClockMs());

    /// <summary>Returns the last time that is over by the clock.</summary>
    public long PassedNow() => Passed(ClockMs() - 1);

    /// <summary>Returns a value of window_time in the units of <paramref name="type"/>: an instant where the column is one.</summary>
    public long Stamp(long timeMs, DataType type) =>
        (type.Timezone is { Length: > 0 } ? Instant(timeMs) : timeMs) * WindowMath.UnitsPerMs(type);

    /// <summary>Asks to be woken when a window's end is over; no end means nothing to wait for.</summary>
    public void Arm(long? endMs)
    {
        if (endMs is not long end || end >= Watermark.Max)
        {
            return;
        }

        WakeIn(Math.Max(1, Instant(end - 1) + 1 - ClockMs()));
    }

    /// <summary>Asks to be woken after a time, unless it is woken before.</summary>
    public void WakeIn(long delayMs)
    {
        long at = _context.ClockMs() + delayMs;
        if (at < _armedMs)
        {
            _armedMs = at;
            _context.WakeAtMs(at);
        }
    }

    /// <summary>Notes that it was woken.</summary>
    public void Woken() => _armedMs = long.MaxValue;

    private long ClockMs() => _context.Evaluation.Time.GetUtcNow().ToUnixTimeMilliseconds();
}
