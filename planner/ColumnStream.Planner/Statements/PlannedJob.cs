using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Changelogs;
using ColumnStream.Planner.Settings;
using ColumnStream.Sql;

namespace ColumnStream.Planner.Statements;

/// <summary>Is a job: a SELECT, whose rows go to the table <c>result</c>, or a group of INSERTs.</summary>
/// <param name="Span">The statement or statements.</param>
/// <param name="Summary">What runs: <c>INSERT INTO a, b</c>.</param>
/// <param name="Graph">The plan, cut into fragments at the job's parallelism.</param>
/// <param name="Query">The result of a SELECT; null for INSERTs.</param>
/// <param name="Settings">All options in effect, sorted by key.</param>
/// <param name="IsBatch">Whether <c>execution.runtime-mode</c> is batch.</param>
/// <param name="IsBounded">Whether every source ends.</param>
public sealed record PlannedJob(
    SourceSpan Span,
    string Summary,
    JobGraph Graph,
    QueryResult? Query,
    ValueList<SessionOption> Settings,
    bool IsBatch,
    bool IsBounded) : PlannedStatement(Span, Summary)
{
    /// <summary>Gets the connector, and table name, that a SELECT's sink node carries.</summary>
    public const string ResultConnector = "result";

    /// <summary>Gets where operators come from; those that are not named come from the job's statements as a whole.</summary>
    public ValueList<PlannedPlace> Places { get; init; }

    /// <summary>Gets what bounds the state of nodes that keep some, in words, by node id: <c>bounded by watermark</c>.</summary>
    public IReadOnlyDictionary<int, string> StateBounds { get; init; } = new Dictionary<int, string>();

    /// <summary>Gets what EXPLAIN says about the job; empty where <see cref="PlannerOptions.Explains"/> is not set.</summary>
    public string Explanation { get; init; } = string.Empty;

    /// <summary>
    /// Returns the job with its updating result kept as state until the sources end, so that final rows come as inserts; the job
    /// itself where its result never changes or its sources never end, and where state cannot hold such rows.
    /// </summary>
    public PlannedJob WithFinalRows()
    {
        if (!IsBounded || Query is not { } query || query.Changelog == ChangelogMode.InsertOnly
            || Graph.Plan.Nodes[^1] is not SinkNode { Table.Connector: ResultConnector } sink)
        {
            return this;
        }

        PhysicalNode input = Graph.Plan.Nodes[sink.Inputs[0]];
        Fragment[] fragments = [.. Graph.Fragments];
        int place = Array.FindIndex(fragments, f => f.Nodes.Contains(sink.Id));
        Fragment fragment = fragments[place];
        if (fragment.Parallelism > 1 || !FinalRowsNode.Fits(input.OutputSchema(), query.Key))
        {
            return this;
        }

        var final = new FinalRowsNode(query.Key)
        {
            Id = sink.Id, Inputs = sink.Inputs, Output = input.Output, Uid = sink.Uid + ":final", UpsertKey = query.Key,
        };
        PhysicalNode last = sink with { Id = sink.Id + 1, Inputs = [sink.Id], Changelog = ChangelogMode.InsertOnly };
        fragments[place] = fragment with { Nodes = [.. fragment.Nodes, last.Id] };
        return this with
        {
            Graph = Graph with
            {
                Plan = new PhysicalPlan([.. Graph.Plan.Nodes.SkipLast(1), final, last]),
                Fragments = ValueList.Create<Fragment>(fragments),
            },
            Query = query with { Changelog = ChangelogMode.InsertOnly },
            StateBounds = new Dictionary<int, string>(StateBounds) { [final.Id] = GrowthPrediction.Text(StateGrowth.Input) },
        };
    }
}
