using System;
using System.Threading;

namespace ColumnStream.Testing.SqlFiles;

/// <summary>Goes like the system's clock and can be moved on: what waits for hours is tested in no time.</summary>
public sealed class SessionClock : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private long _aheadTicks;
    private long _dateTicks;

    /// <inheritdoc/>
    public override long TimestampFrequency => System.TimestampFrequency;

    /// <summary>Moves the time on.</summary>
    public void Advance(TimeSpan time) => Interlocked.Add(ref _aheadTicks, time.Ticks);

    /// <summary>Makes it the beginning of 2026, where the time of simulations begins too; what is measured by stamps goes on.</summary>
    public void Begin() =>
        Volatile.Write(ref _dateTicks, (Start - System.GetUtcNow()).Ticks - Volatile.Read(ref _aheadTicks));

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() =>
        System.GetUtcNow().AddTicks(Volatile.Read(ref _aheadTicks) + Volatile.Read(ref _dateTicks));

    /// <inheritdoc/>
    public override long GetTimestamp() =>
        System.GetTimestamp() + (long)(Volatile.Read(ref _aheadTicks) / (double)TimeSpan.TicksPerSecond * System.TimestampFrequency);
}
