using System;

namespace ColumnStream.Testing.Contracts;

/// <summary>Shows the time that a test sets.</summary>
public sealed class ManualClock : TimeProvider
{
    private DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private TimeSpan _set;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Moves the time on.</summary>
    public void Advance(TimeSpan time) => _now += time;

    /// <summary>Sets the date back or forth, as people do; what is measured by stamps goes on.</summary>
    public void Set(TimeSpan by) => _set += by;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _now + _set;

    /// <inheritdoc/>
    public override long GetTimestamp() => _now.Ticks;
}
