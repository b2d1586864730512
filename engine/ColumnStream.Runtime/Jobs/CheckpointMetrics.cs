namespace ColumnStream.Runtime.Jobs;

/// <summary>Shows a job's checkpoints so far.</summary>
/// <param name="Completed">Checkpoints that were claimed and committed.</param>
/// <param name="Failed">Checkpoints that failed.</param>
/// <param name="LastEpoch">The newest committed epoch, 0 before any.</param>
/// <param name="LastDurationMs">From trigger to committed of the newest one.</param>
/// <param name="LastBytes">State bytes written for the newest one.</param>
public sealed record CheckpointMetrics(
    long Completed, long Failed, long LastEpoch, double LastDurationMs, long LastBytes);
