using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Errors;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Groups change with their rows and are known by their key; over updates every old row must come back.</summary>
internal sealed class GroupAggregateTrait : NodeTrait
{
    public override Type Node => typeof(GroupAggregateNode);

    public override bool Updates(PhysicalNode node, ChangelogFacts facts) =>
        ((GroupAggregateNode)node).Aggregates.Count > 0 || facts.Updates(LocalAggregation.SourceOf(node, facts));

    public override bool Deletes(PhysicalNode node, ChangelogFacts facts) =>
        facts.Updates(LocalAggregation.SourceOf(node, facts));

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts) =>
        [[.. Enumerable.Range(0, ((GroupAggregateNode)node).Keys.Count)]];

    public override bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) => true;

    public override bool MakesOld(PhysicalNode node, ChangelogFacts facts) => facts.NeedsOld(node.Id);

    public override void Check(PhysicalNode node, ChangelogFacts facts, ChangelogReport report) =>
        CheckRetractions(node, ((GroupAggregateNode)node).Aggregates, facts, report);

    public override PhysicalNode Finish(PhysicalNode node, ChangelogFacts facts) =>
        (GroupAggregateNode)node with
    {
        InsertOnlyInput = !facts.Updates(LocalAggregation.SourceOf(node, facts)),
        StateTtlMs = ((GroupAggregateNode)node).StateTtlMs is >= 0 and long hinted ? hinted : facts.Options.StateTtlMs,
    };

    public override string Maker(PhysicalNode node, ChangelogFacts facts)
    {
        var aggregate = (GroupAggregateNode)node;
        return aggregate.Keys.Count == 0 ? "the aggregation over all rows"
            : $"GROUP BY ({facts.Names(node.Id, Enumerable.Range(0, aggregate.Keys.Count))})";
    }

    /// <summary>Reports aggregates that cannot take back rows, over an input that does.</summary>
    public static void CheckRetractions(
        PhysicalNode node, ValueList<AggregateCall> calls, ChangelogFacts facts, ChangelogReport report)
    {
        if (facts.Updates(node.Inputs[0])
            && calls.FirstOrDefault(c => AggregateTable.Find(c.Function) is { CanRetract: false }) is { } call)
        {
            report.Add(PlannerErrors.NeedsInserts, node, null, call.Function, facts.Maker(node.Inputs[0]));
        }
    }
}
