using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;

namespace ColumnStream.Server.Introspection;

/// <summary>Is <c>sys.jobs</c>: one row a job that this process started, the one that asks included.</summary>
/// <remarks>
/// job: number in this process · job_id: name of its checkpoints · statement · status: RUNNING, RESTARTING, FINISHED, CANCELLED, FAILED,
/// ALREADYFINISHED · started_at, ended_at · restored_epoch: 0 when it began anew · checkpoints, failed_checkpoints, last_epoch ·
/// native_bytes, peak_native_bytes · busy_ms: time of all turns · restarts: how often
/// it was started again after a failure · last_failure: the failure before the last restart.
/// </remarks>
internal sealed class JobsTable(JobDirectory jobs) : SystemTable
{
    /// <inheritdoc/>
    public override string Name => "jobs";

    /// <inheritdoc/>
    public override string Doc => "Lists the jobs that this process started.";

    /// <inheritdoc/>
    public override ValueList<SqlField> Columns { get; } =
    [
        new("job", SystemTypes.Number), new("job_id", SystemTypes.Text), new("statement", SystemTypes.Text),
        new("status", SystemTypes.Text), new("started_at", SystemTypes.Instant.WithNullable(false)),
        new("ended_at", SystemTypes.Instant), new("restored_epoch", SystemTypes.Number), new("checkpoints", SystemTypes.Number),
        new("failed_checkpoints", SystemTypes.Number), new("last_epoch", SystemTypes.Number),
        new("native_bytes", SystemTypes.Number), new("peak_native_bytes", SystemTypes.Number), new("busy_ms", SqlType.Double),
        new("restarts", SystemTypes.Number), new("last_failure", SqlType.String),
    ];

    /// <inheritdoc/>
    public override IEnumerable<object?[]> Rows() => jobs.Jobs().Select(entry =>
    {
        Runtime.Jobs.JobMetrics metrics = entry.Metrics;
        Runtime.Jobs.CheckpointMetrics? kept = entry.KeepsCheckpoints ? metrics.Checkpoints : null;
        return new object?[]
        {
            entry.Number, entry.Job.JobId, entry.Summary, entry.Job.Status.ToString().ToUpperInvariant(), entry.StartedMs,
            entry.EndedMs, entry.Job.RestoredEpoch, kept?.Completed ?? 0, kept?.Failed ?? 0,
            kept?.LastEpoch ?? 0, metrics.NativeBytes, metrics.PeakNativeBytes, metrics.TaskBusyNs / 1e6,
            (long)entry.Job.Restarts, entry.Job.RestartedAfter?.Message,
        };
    });
}
