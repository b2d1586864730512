using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Errors;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Predicts what bounds the state of each node, and refuses what nothing bounds where the option says so.</summary>
internal static class GrowthPrediction
{
    /// <summary>Predicts for one node.</summary>
    public static StateGrowth Of(PhysicalNode node, ChangelogFacts facts)
    {
        StateGrowth growth = node switch
        {
            WindowAggregateNode or WindowRankNode or TimeSortNode or WindowArgMaxNode { DropsLate: true } => StateGrowth.Watermark,
            WindowArgMaxNode => StateGrowth.Unbounded,
            TimeOverNode over => OverLowering.IsBoundedByTime(over) ? StateGrowth.Watermark
                : Bounded(StateGrowth.Keys, over.StateTtlMs),
            SortedOverNode over => Bounded(OfInputs(node, facts), over.StateTtlMs),
            GroupAggregateNode aggregate => OfAggregate(aggregate),
            ChangelogNormalizeNode normalize => Bounded(StateGrowth.Keys, normalize.StateTtlMs),
            UpsertMaterializeNode materialize => Bounded(OfRows(node.Inputs[0], facts), materialize.StateTtlMs),
            RankNode { InsertOnlyInput: true, IsSingle: true, Start: 1 } rank when rank.Time == TimeAttribute.None
                || !rank.KeepsFirst || rank.Time == TimeAttribute.Proctime => Bounded(StateGrowth.Keys, rank.StateTtlMs),
            RankNode rank when rank.InsertOnlyInput && rank.End != long.MaxValue => Bounded(StateGrowth.Keys, rank.StateTtlMs),
            RankNode rank => Bounded(OfInputs(node, facts), rank.StateTtlMs),
            SetOperationNode set => Bounded(OfInputs(node, facts), set.StateTtlMs),
            JoinNode join => Most(
                Bounded(OfRows(node.Inputs[0], facts), join.LeftTtlMs), Bounded(OfRows(node.Inputs[1], facts), join.RightTtlMs)),
            SemiJoinNode or ScalarJoinNode => OfInputs(node, facts),
            _ => StateGrowth.None,
        };
        return growth == StateGrowth.None || !facts.IsBounded(node.Id) ? growth : StateGrowth.Input;
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
        StateGrowth.Ttl => "bounded by time to live",
        StateGrowth.Keys => "bounded by the number of keys",
        _ => "unbounded",
    };

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
