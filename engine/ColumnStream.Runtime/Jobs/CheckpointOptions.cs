using System;

namespace ColumnStream.Runtime.Jobs;

/// <summary>States how often checkpoints are taken, what they hold, and how long they stay.</summary>
public sealed record CheckpointOptions
{
    /// <summary>
    /// Gets <c>execution.checkpointing.mode</c>: whether a channel whose barrier came waits for the others; without, rows behind
    /// the first barrier are in the state as well and are read once more after a failure. Savepoints always wait.
    /// </summary>
    public bool IsExactlyOnce { get; init; } = true;

    /// <summary>Gets <c>execution.checkpointing.min-pause</c>: the least time from the end of one checkpoint to the next.</summary>
    public TimeSpan MinPause { get; init; }

    /// <summary>Gets <c>execution.checkpointing.num-retained</c>: how many checkpoints are kept.</summary>
    public int Retained { get; init; } = 3;

    /// <summary>Gets <c>execution.checkpointing.incremental</c>: whether a checkpoint may hold changes since the one before.</summary>
    public bool IsIncremental { get; init; } = true;

    /// <summary>Gets whether checkpoints go on when some tasks have ended; the last one, of the end, is always taken.</summary>
    public bool AfterTasksFinish { get; init; } = true;

    /// <summary>Gets whether cancelling a job deletes its checkpoints: <c>DELETE_ON_CANCELLATION</c>.</summary>
    public bool DeletesOnCancellation { get; init; }
}
