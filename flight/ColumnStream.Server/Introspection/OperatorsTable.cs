using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Plan;
using ColumnStream.Runtime.Jobs;

namespace ColumnStream.Server.Introspection;

/// <summary>Is <c>sys.operators</c>: one row an operator, source and sink of each job, over all its subtasks.</summary>
/// <remarks>
/// job, job_id: as in sys.jobs · node: id in the plan that EXPLAIN shows · uid · operator: what it does · parallelism ·
/// rows_in, rows_out, batches_in, batches_out · busy_ms: estimated · late_rows: left out as their time was over · state_rows,
/// state_bytes: as last counted, at every sixteenth batch and at the end · cache_hits, cache_misses: keys that the cache of a lookup
/// knew or not, of a full cache rows that found their key or not · state_disk_bytes: state on local disk only, beside state_bytes ·
/// state_bound: what takes state away, by the plan; NULL where none is kept · state_growth: bytes a second by which the state that
/// checkpoints name grew from the last but one to the last; NULL before the second.
/// </remarks>
internal sealed class OperatorsTable(JobDirectory jobs) : SystemTable
{
    /// <inheritdoc/>
    public override string Name => "operators";

    /// <inheritdoc/>
    public override string Doc => "Lists what each operator of the jobs of this process did.";

    /// <inheritdoc/>
    public override ValueList<SqlField> Columns { get; } =
    [
        new("job", SystemTypes.Number), new("job_id", SystemTypes.Text), new("node", SystemTypes.Number),
        new("uid", SystemTypes.Text), new("operator", SystemTypes.Text), new("parallelism", SystemTypes.Number),
        new("rows_in", SystemTypes.Number), new("rows_out", SystemTypes.Number), new("batches_in", SystemTypes.Number),
        new("batches_out", SystemTypes.Number), new("busy_ms", SqlType.Double), new("late_rows", SystemTypes.Number),
        new("state_rows", SystemTypes.Number), new("state_bytes", SystemTypes.Number),
        new("cache_hits", SystemTypes.Number), new("cache_misses", SystemTypes.Number),
        new("state_disk_bytes", SystemTypes.Number), new("state_bound", SqlType.String), new("state_growth", SqlType.Double),
    ];

    /// <inheritdoc/>
    public override IEnumerable<object?[]> Rows() =>
        from entry in jobs.Jobs()
        let metrics = entry.Metrics
        let checkpoints = metrics.History.Where(c => c.Status == "COMPLETED").TakeLast(2).ToArray()
        from node in metrics.Nodes
        select new object?[]
        {
            entry.Number, entry.Job.JobId, (long)node.NodeId, node.Uid, node.Name, Parallelism(entry.Graph, node.NodeId),
            node.RowsIn, node.RowsOut, node.BatchesIn, node.BatchesOut, node.BusyNs / 1e6,
            node.Counters.GetValueOrDefault("lateRows"), node.StateRows, node.StateBytes,
            node.Counters.GetValueOrDefault("cacheHits"), node.Counters.GetValueOrDefault("cacheMisses"),
            node.StateSpilledBytes, entry.StateBounds.GetValueOrDefault(node.NodeId), Growth(checkpoints, node.Uid),
        };

    /// <summary>Gives bytes a second by which a state grew between two checkpoints; null without two that tell.</summary>
    internal static double? Growth(CheckpointRecord[] lastTwo, string uid) =>
        lastTwo is [var former, var last] && last.TriggeredMs > former.TriggeredMs
            && last.StateBytesOf.TryGetValue(uid, out long bytes)
            ? (bytes - former.StateBytesOf.GetValueOrDefault(uid)) * 1000.0 / (last.TriggeredMs - former.TriggeredMs)
            : null;

    private static long Parallelism(JobGraph graph, int node) =>
        graph.Fragments.First(fragment => fragment.Nodes.Contains(node)).Parallelism;
}
