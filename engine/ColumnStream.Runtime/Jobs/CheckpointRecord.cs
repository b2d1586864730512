using System.Collections.Generic;

namespace ColumnStream.Runtime.Jobs;

/// <summary>Shows one checkpoint: what it is, how it went, and how long each phase took.</summary>
/// <param name="Epoch">Its number.</param>
/// <param name="Kind">CHECKPOINT, SAVEPOINT or FINAL.</param>
/// <param name="TriggeredMs">When it was triggered, milliseconds since 1970.</param>
public sealed record CheckpointRecord(long Epoch, string Kind, long TriggeredMs)
{
    /// <summary>Gets IN_PROGRESS, COMPLETED or FAILED.</summary>
    public string Status { get; init; } = "IN_PROGRESS";

    /// <summary>Gets the longest wait of a task between its first barrier and its last, in milliseconds.</summary>
    public double? AlignmentMs { get; init; }

    /// <summary>Gets the longest time in which a task did nothing but freeze its state, in milliseconds.</summary>
    public double? PauseMs { get; init; }

    /// <summary>Gets the time from the trigger until all tasks had written their state, in milliseconds.</summary>
    public double? WriteMs { get; init; }

    /// <summary>Gets the time of manifest and claim, in milliseconds.</summary>
    public double? ClaimMs { get; init; }

    /// <summary>Gets the time from the claim until all sinks had committed and old checkpoints were gone, in milliseconds.</summary>
    public double? CommitMs { get; init; }

    /// <summary>Gets the bytes of state that were written.</summary>
    public long Bytes { get; init; }

    /// <summary>Gets the bytes of state that the checkpoint names, those of earlier ones included.</summary>
    public long StateBytes { get; init; }

    /// <summary>Gets whether every state was written whole.</summary>
    public bool IsFull { get; init; } = true;

    /// <summary>Gets the bytes that the checkpoint names, by operator.</summary>
    public IReadOnlyDictionary<string, long> StateBytesOf { get; init; } = new Dictionary<string, long>();

    /// <summary>Gets where its manifest lies, below the job's folder; null before it is claimed.</summary>
    public string? Path { get; init; }

    /// <summary>Gets why it failed, or null.</summary>
    public string? Failure { get; init; }
}
