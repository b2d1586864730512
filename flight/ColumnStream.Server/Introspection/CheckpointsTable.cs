using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;

namespace ColumnStream.Server.Introspection;

/// <summary>Is <c>sys.checkpoints</c>: one row a checkpoint, the newest hundred of each job of this process.</summary>
/// <remarks>
/// job, job_id: as in sys.jobs · epoch · kind: CHECKPOINT, SAVEPOINT, FINAL · status: IN_PROGRESS, COMPLETED, FAILED ·
/// triggered_at · duration_ms: from the trigger to the end · alignment_ms: longest wait of a task from its first barrier to its last ·
/// pause_ms: longest time in which a task only froze its state · write_ms: until all state was written · claim_ms: manifest and
/// claim · commit_ms: until all sinks had committed · bytes: state written · state_bytes: state named, of earlier files too ·
/// is_full: whether nothing of it is in earlier files · states: state_bytes by uid, as JSON · path: of the manifest · failure.
/// </remarks>
internal sealed class CheckpointsTable(JobDirectory jobs) : SystemTable
{
    /// <inheritdoc/>
    public override string Name => "checkpoints";

    /// <inheritdoc/>
    public override string Doc => "Lists the newest checkpoints of the jobs of this process.";

    /// <inheritdoc/>
    public override ValueList<SqlField> Columns { get; } =
    [
        new("job", SystemTypes.Number), new("job_id", SystemTypes.Text), new("epoch", SystemTypes.Number),
        new("kind", SystemTypes.Text), new("status", SystemTypes.Text),
        new("triggered_at", SystemTypes.Instant.WithNullable(false)), new("duration_ms", SqlType.Double),
        new("alignment_ms", SqlType.Double), new("pause_ms", SqlType.Double), new("write_ms", SqlType.Double),
        new("claim_ms", SqlType.Double), new("commit_ms", SqlType.Double), new("bytes", SystemTypes.Number),
        new("state_bytes", SystemTypes.Number), new("is_full", SqlType.Boolean), new("states", SystemTypes.Text),
        new("path", SqlType.String), new("failure", SqlType.String),
    ];

    /// <inheritdoc/>
    public override IEnumerable<object?[]> Rows() =>
        from entry in jobs.Jobs()
        where entry.KeepsCheckpoints
        from checkpoint in entry.Metrics.History
        select new object?[]
        {
            entry.Number, entry.Job.JobId, checkpoint.Epoch, checkpoint.Kind, checkpoint.Status, checkpoint.TriggeredMs,
            Rounded(checkpoint.WriteMs + checkpoint.ClaimMs + checkpoint.CommitMs), checkpoint.AlignmentMs, checkpoint.PauseMs,
            checkpoint.WriteMs, checkpoint.ClaimMs, checkpoint.CommitMs, checkpoint.Bytes, checkpoint.StateBytes,
            checkpoint.IsFull, JsonSerializer.Serialize(checkpoint.StateBytesOf), checkpoint.Path, checkpoint.Failure,
        };

    /// <summary>Keeps whole nanoseconds: a sum has digits behind them that mean nothing.</summary>
    private static double? Rounded(double? milliseconds) => milliseconds is { } value ? Math.Round(value, 6) : null;
}
