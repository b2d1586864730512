using System;

namespace ColumnStream.Runtime.Jobs;

/// <summary>Is one start of a job by this process.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Former">What former attempts completed.</param>
/// <param name="Ended">Is told once that everything is closed, on any thread.</param>
internal sealed record JobAttempt(
    int Number, CheckpointMetrics Former, Action<JobStatus, Exception?> Ended)
{
    /// <summary>Gets whether the job was started before by this process.</summary>
    public bool IsRestart => Number > 1;
}
