using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.WindowFunctions;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Errors;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Predicts what bounds the state of each node, and refuses what nothing bounds where the option says so.</summary>
internal static class GrowthPrediction
{
    private static readonly Rule Nothing = static (_, _) => StateGrowth.None;

    // One line a kind of node, by name; a test fails where one is missing.
    private static readonly Dictionary<Type, Rule> Rules = new()
    {
        [typeof(ChangelogNormalizeNode)] = Of<ChangelogNormalizeNode>((n, _) => Bounded(StateGrowth.Keys, n.StateTtlMs)),
        [typeof(ExchangeNode)] = Nothing,
        [typeof(ExpandNode)] = Nothing,
        [typeof(FilterNode)] = Nothing,
        [typeof(FinalRowsNode)] = Of<FinalRowsNode>((_, _) => StateGrowth.Input),
        [typeof(GroupAggregateNode)] = Of<GroupAggregateNode>((n, _) => OfAggregate(n)),
        [typeof(IntervalJoinNode)] = Of<IntervalJoinNode>((n, _) => OfTime(isProctime: n.LeftTime < 0)),
        [typeof(JoinNode)] = Of<JoinNode>((n, f) => Most(
            Bounded(OfRows(n.Inputs[0], f), n.LeftTtlMs), Bounded(OfRows(n.Inputs[1], f), n.RightTtlMs))),
        [typeof(LateRowsNode)] = Nothing,
        [typeof(LimitNode)] = Nothing,
        [typeof(LocalAggregateNode)] = Nothing,
        [typeof(LookupJoinNode)] = Nothing,
        [typeof(OverNode)] = Of<OverNode>(OfInputs),
        [typeof(ProjectNode)] = Nothing,
        [typeof(RankNode)] = Of<RankNode>(OfRank),
        [typeof(ScalarJoinNode)] = Of<ScalarJoinNode>((n, f) => Bounded(OfRows(n.Inputs[0], f), n.StateTtlMs)),
        [typeof(SemiJoinNode)] = Of<SemiJoinNode>(OfSemiJoin),
        [typeof(SetOperationNode)] = Of<SetOperationNode>((n, f) => Bounded(OfInputs(n, f), n.StateTtlMs)),
        [typeof(SinkCheckNode)] = Nothing,
        [typeof(SinkNode)] = Nothing,
        [typeof(SortNode)] = Of<SortNode>(OfInputs),
        [typeof(SortedOverNode)] = Of<SortedOverNode>((n, f) => Bounded(OfInputs(n, f), n.StateTtlMs)),
        [typeof(SourceNode)] = Nothing,
        [typeof(TemporalJoinNode)] = Of<TemporalJoinNode>(OfVersions),
        [typeof(TimeOverNode)] = Of<TimeOverNode>((n, _) => OfOver(n)),
        [typeof(TimeSortNode)] = Of<TimeSortNode>((_, _) => StateGrowth.Watermark),
        [typeof(UnionNode)] = Nothing,
        [typeof(UnnestNode)] = Nothing,
        [typeof(UpsertChangesNode)] = Nothing,
        [typeof(UpsertMaterializeNode)] =
            Of<UpsertMaterializeNode>((n, f) => Bounded(OfRows(n.Inputs[0], f), n.StateTtlMs)),
        [typeof(ValuesNode)] = Nothing,
        [typeof(WatermarkNode)] = Nothing,
        [typeof(WindowAggregateNode)] = Of<WindowAggregateNode>((n, _) => OfTime(n.Window.IsProctime)),
        [typeof(WindowArgMaxNode)] = Of<WindowArgMaxNode>(
            (n, _) => n.DropsLate ? StateGrowth.Watermark : StateGrowth.Unbounded),
        [typeof(WindowAssignNode)] = Of<WindowAssignNode>(
            (n, _) => n.Window.Kind == WindowKind.Session ? OfTime(n.Window.IsProctime) : StateGrowth.None),
        [typeof(WindowJoinNode)] = Of<WindowJoinNode>((_, _) => StateGrowth.Watermark),
        [typeof(WindowRankNode)] = Of<WindowRankNode>((_, _) => StateGrowth.Watermark),
    };

    private delegate StateGrowth Rule(PhysicalNode node, ChangelogFacts facts);

    /// <summary>Tells whether a kind of node has a prediction.</summary>
    public static bool Knows(Type node) => Rules.ContainsKey(node);

    /// <summary>Predicts for one node.</summary>
    public static StateGrowth Of(PhysicalNode node, ChangelogFacts facts)
    {
        StateGrowth growth = Rules.GetValueOrDefault(node.GetType(), Nothing)(node, facts);
        return growth == StateGrowth.None || !facts.IsBounded(node.Id) ? growth : StateGrowth.Input;
    }

    /// <summary>Predicts for all nodes of a job that keep state, in words, by node id; a batch job's ends with its input.</summary>
    public static Dictionary<int, string> Of(BuiltJob job)
    {
        var bounds = new Dictionary<int, string>();
        foreach (PhysicalNode node in job.Graph.Plan.Nodes)
        {
            StateGrowth growth = Of(node, job.Facts);
            if (growth != StateGrowth.None)
            {
                bounds.Add(node.Id, Text(job.IsBatch ? StateGrowth.Input : growth));
            }
        }

        return bounds;
    }

    /// <summary>Reports nodes whose state nothing bounds, as the option <c>table.exec.state.unbounded</c> says.</summary>
    public static void Check(IEnumerable<PhysicalNode> nodes, ChangelogFacts facts, ChangelogReport report)
    {
        if (facts.Options.Unbounded == "allow" || facts.IsBatch)
        {
            return;
        }

        foreach (PhysicalNode node in nodes.Where(n => Of(n, facts) == StateGrowth.Unbounded))
        {
            const string Hint = "Set table.exec.state.ttl, give a STATE_TTL hint, use windows, or declare a primary key.";
            if (facts.Options.Unbounded == "error")
            {
                report.Add(PlannerErrors.StateUnbounded, node, Hint, node.Describe());
            }
            else
            {
                report.Warn(PlannerErrors.StateUnbounded, node, Hint, node.Describe());
            }
        }
    }

    /// <summary>Says it in words.</summary>
    public static string Text(StateGrowth growth) => growth switch
    {
        StateGrowth.Input => "bounded by the input's end",
        StateGrowth.Watermark => "bounded by watermark",
        StateGrowth.Clock => "bounded by processing time",
        StateGrowth.Ttl => "bounded by time to live",
        StateGrowth.Keys => "bounded by the number of keys",
        _ => "unbounded",
    };

    private static Rule Of<TNode>(Func<TNode, ChangelogFacts, StateGrowth> rule)
        where TNode : PhysicalNode => (node, facts) => rule((TNode)node, facts);

    private static StateGrowth OfTime(bool isProctime) => isProctime ? StateGrowth.Clock : StateGrowth.Watermark;

    private static StateGrowth OfRank(RankNode rank, ChangelogFacts facts) => Bounded(
        rank.InsertOnlyInput && rank.End != long.MaxValue ? StateGrowth.Keys : OfInputs(rank, facts), rank.StateTtlMs);

    /// <summary>Left rows are kept whole, right ones are counted by key.</summary>
    private static StateGrowth OfSemiJoin(SemiJoinNode join, ChangelogFacts facts)
    {
        StateGrowth right = facts.IsBounded(join.Inputs[1]) ? StateGrowth.Input
            : join.RightKeys.Count == 0 ? StateGrowth.None : StateGrowth.Keys;
        return Bounded(Most(OfRows(join.Inputs[0], facts), right), join.StateTtlMs);
    }

    /// <summary>Left rows wait for the watermark; of each key the last version stays, unless left rows look ahead.</summary>
    private static StateGrowth OfVersions(TemporalJoinNode join, ChangelogFacts facts) =>
        join.IsForward || join.RightKeys.Count == 0 || facts.IsBounded(join.Inputs[1]) ? StateGrowth.Watermark
        : Bounded(StateGrowth.Keys, join.StateTtlMs);

    /// <summary>Frames of a length in time forget what is behind; others keep rows or accumulators of each partition, or values.</summary>
    private static StateGrowth OfOver(TimeOverNode over)
    {
        bool keepsValues = over.Calls.Any(c =>
            c.Frame is { Start.Kind: FrameLimitKind.UnboundedPreceding } && KeepsValues(c.Call, insertOnly: true));
        bool isBoundedByTime = over.Calls.All(
            c => c.Frame is { IsRows: false, Start.Kind: not FrameLimitKind.UnboundedPreceding });
        return isBoundedByTime ? OfTime(!over.IsRowtime) : keepsValues ? Bounded(StateGrowth.Unbounded, over.StateTtlMs)
            : over.Partition.Count == 0 ? StateGrowth.None : Bounded(StateGrowth.Keys, over.StateTtlMs);
    }

    private static StateGrowth OfAggregate(GroupAggregateNode aggregate)
    {
        bool keepsValues = aggregate.Aggregates.Any(call => KeepsValues(call, aggregate.InsertOnlyInput));
        return keepsValues ? Bounded(StateGrowth.Unbounded, aggregate.StateTtlMs)
            : aggregate.Keys.Count == 0 ? StateGrowth.None : Bounded(StateGrowth.Keys, aggregate.StateTtlMs);
    }

    /// <summary>Tells whether an aggregate keeps a set or a list of its arguments.</summary>
    private static bool KeepsValues(AggregateCall call, bool insertOnly) => AggregateTable.Find(call.Function) is { } function
        && ((call.Distinct && call.Arguments.Count > 0)
            || (insertOnly ? function.CreateInsertOnly(call) : function.CreateAccumulator(call)) is { } accumulator
                && ((!insertOnly && !accumulator.CanRetract) || accumulator.Cells.Contains(CellType.Bytes)));

    private static StateGrowth OfInputs(PhysicalNode node, ChangelogFacts facts) =>
        node.Inputs.Select(input => OfRows(input, facts)).Aggregate(StateGrowth.None, Most);

    /// <summary>Predicts for whoever keeps the rows of an input: as many as there are keys, or all of them.</summary>
    private static StateGrowth OfRows(int input, ChangelogFacts facts) => facts.IsBounded(input) ? StateGrowth.Input
        : facts.Keys(input).Count == 0 ? StateGrowth.Unbounded
        : facts.Keys(input).Any(k => k.Length == 0) ? StateGrowth.None : StateGrowth.Keys;

    private static StateGrowth Bounded(StateGrowth growth, long ttlMs) =>
        ttlMs > 0 && growth > StateGrowth.Ttl ? StateGrowth.Ttl : growth;

    private static StateGrowth Most(StateGrowth left, StateGrowth right) => (StateGrowth)Math.Max((int)left, (int)right);
}
