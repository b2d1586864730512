using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Changelogs;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Planner.Rules;
using ColumnStream.Planner.Settings;
using ColumnStream.Planner.Statements;
using ColumnStream.Sql;

namespace ColumnStream.Planner;

/// <summary>Takes the bound sinks of one job through identity, rules, lowering, inference and fragmenting.</summary>
internal sealed class JobBuilder(
    ConnectorRegistry connectors, SessionSettings settings, DiagnosticBag diagnostics, ValueList<string> withoutRules = default)
{
    /// <summary>Gets the table that takes late rows, or null.</summary>
    public TableSpec? LateRows { get; init; }

    /// <summary>Builds a job; null after a report.</summary>
    public BuiltJob? Build(IReadOnlyList<BoundSink> bound)
    {
        int before = diagnostics.Failures;
        SinkPlan[] sinks = PlanIdentity.Assign(bound.Select(sink => sink.Plan), out ValueList<PlannedPlace> places);
        sinks = [.. sinks.Select(sink => (SinkPlan)RuleTable.Optimize(sink, withoutRules))];
        if (settings.Is(OptionTable.DistinctSplit, "true"))
        {
            int buckets = int.Parse(settings.Text(OptionTable.DistinctBuckets)!, CultureInfo.InvariantCulture);
            sinks = [.. sinks.Select(sink => (SinkPlan)SplitDistinct.Apply(sink, buckets, settings.IsBatch))];
            sinks = [.. sinks.Select(sink => (SinkPlan)RuleTable.Optimize(sink, withoutRules))];
        }

        sinks = ShareTableReads.Apply(sinks);

        // What one phase has merged is no row any more that a side table could take.
        bool hasPhases = !settings.Is(OptionTable.AggPhases, "ONE_PHASE") && LateRows is null;
        var options = new ChangelogOptions(settings.IsBatch, settings.Milliseconds(OptionTable.StateTtl), hasPhases)
        {
            Materialize = settings.Text(OptionTable.Materialize)!.ToLowerInvariant(),
            KeyedShuffle = settings.Text(OptionTable.KeyedShuffle)!.ToLowerInvariant(),
            HasDuplicates = settings.Is(OptionTable.SourceDuplicates, "true"),
            DropsNulls = settings.Is(OptionTable.NotNullEnforcer, "drop"),
            LengthEnforcer = settings.Text(OptionTable.LengthEnforcer)!.ToLowerInvariant(),
            Unbounded = settings.Text(OptionTable.StateUnbounded)!.ToLowerInvariant(),
            ResolvesNondeterminism = !settings.Is(OptionTable.Nondeterminism, "ignore"),
            ReusesSubPlans = !settings.Is(OptionTable.ReuseSubPlans, "false"),
        };
        var demands = new ChangelogDemands();
        while (true)
        {
            var facts = new ChangelogFacts(connectors, options, demands);
            var lowering = new Lowering(settings.Parallelism, facts);
            lowering.Prepare(sinks);
            var spans = new Dictionary<int, SourceSpan>();
            for (int i = 0; i < sinks.Length; i++)
            {
                spans[lowering.LowerSink(sinks[i])] = bound[i].Span;
            }

            if (LateRows is not null)
            {
                lowering.LowerLateRows(LateRows);
            }

            if (ChangelogInference.Run(lowering.Nodes, facts, diagnostics, spans))
            {
                return diagnostics.Failures > before ? null : new BuiltJob(
                    sinks,
                    Fragmenter.Cut(lowering.Nodes, lowering.Parallelism),
                    lowering.Nodes.OfType<SinkNode>().All(sink => facts.IsBounded(sink.Id)),
                    settings.IsBatch,
                    facts)
                {
                    Places = places,
                };
            }
        }
    }

    /// <summary>Describes the rows of a SELECT's job.</summary>
    public static QueryResult ResultOf(BuiltJob job)
    {
        PhysicalNode sink = job.Graph.Plan.Nodes.Last(
            node => node is SinkNode { Table.Connector: PlannedJob.ResultConnector });
        PhysicalNode input = job.Graph.Plan.Nodes[sink.Inputs[0]];
        PhysicalNode ordered = input;
        while (ordered is ProjectNode)
        {
            ordered = job.Graph.Plan.Nodes[ordered.Inputs[0]];
        }

        return new QueryResult(
            ((SinkNode)sink).Table.Columns, input.Changelog, input.UpsertKey,
            ordered is SortNode { Keys.Count: > 0 } or ValuesNode);
    }
}
