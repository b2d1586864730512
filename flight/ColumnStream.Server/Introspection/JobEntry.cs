using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;

namespace ColumnStream.Server.Introspection;

/// <summary>Is one job of this process.</summary>
/// <param name="Number">Its number in this process, from 1.</param>
/// <param name="Job">The handle.</param>
/// <param name="Graph">What runs.</param>
/// <param name="Summary">The statement in short.</param>
/// <param name="StateBounds">What bounds the state of nodes that keep some, by node id.</param>
/// <param name="StartedMs">When it started.</param>
internal sealed record JobEntry(
    long Number, RunningJob Job, JobGraph Graph, string Summary, IReadOnlyDictionary<int, string> StateBounds, long StartedMs)
{
    /// <summary>Gets whether it keeps checkpoints: a SELECT ends with a barrier of which nothing is kept.</summary>
    public bool KeepsCheckpoints =>
        !Graph.Plan.Nodes.Any(static node => node is SinkNode { Table.Connector: PlannedJob.ResultConnector });

    /// <summary>Gets or sets when its end was seen, or null.</summary>
    public long? EndedMs { get; set; }

    /// <summary>Gets or sets the numbers at its end, or null while it runs.</summary>
    public JobMetrics? Final { get; set; }

    /// <summary>Gets the numbers so far.</summary>
    public JobMetrics Metrics => Final ?? Job.Metrics();
}
