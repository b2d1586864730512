using System;
using System.Threading;

namespace ColumnStream.Testing.SqlFiles;

/// <summary>Goes like the system's clock and can be moved on: what waits for hours is tested in no time.</summary>
public sealed class SessionClock : TimeProvider
{
    private long _aheadTicks;

    /// <inheritdoc/>
    public override long TimestampFrequency => System.TimestampFrequency;

    /// <summary>Moves the time on.</summary>
    public void Advance(TimeSpan time) => Interlocked.Add(ref _aheadTicks, time.Ticks);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Volatile.Read(ref _aheadTicks));

    /// <inheritdoc/>
    public override long GetTimestamp() =>
        System.GetTimestamp() + (long)(Volatile.Read(ref _aheadTicks) / (double)TimeSpan.TicksPerSecond * System.TimestampFrequency);
}
