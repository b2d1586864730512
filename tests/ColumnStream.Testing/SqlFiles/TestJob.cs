using System;
using ColumnStream.Runtime.Jobs;

namespace ColumnStream.Testing.SqlFiles;

/// <summary>Is a started job of a test, however it is run.</summary>
public abstract class TestJob
{
    public abstract JobStatus Status { get; }

    public abstract Exception? Failure { get; }

    /// <summary>Gets the counters of the last life.</summary>
    public abstract JobMetrics Metrics { get; }

    /// <summary>Lets the job run until something holds or it ended; false when neither comes in time.</summary>
    public abstract bool RunUntil(Func<bool> condition, int limitMs);

    /// <summary>Lets the job run to its end; false when it does not come in time.</summary>
    public abstract bool Wait(int limitMs);

    /// <summary>Lets the job run until it has worked off all rows and, where it can die, a checkpoint holds them.</summary>
    /// <param name="isDrained">Whether the sources have given all rows.</param>
    /// <param name="limitMs">How long that may take.</param>
    public abstract bool Settle(Func<bool> isDrained, int limitMs);

    /// <summary>Moves the job's clock on; with <paramref name="isDown"/> while it is dead, where it can die.</summary>
    public abstract void Advance(TimeSpan time, bool isDown);

    /// <summary>Asks the job to stop behind a last checkpoint.</summary>
    public abstract void Cancel();
}
