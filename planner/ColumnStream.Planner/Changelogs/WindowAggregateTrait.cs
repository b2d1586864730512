using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Windows give their rows once, when they fire; over updates every old row must come back.</summary>
internal sealed class WindowAggregateTrait : NodeTrait
{
    public override Type Node => typeof(WindowAggregateNode);

    public override bool Updates(PhysicalNode node, ChangelogFacts facts) => ((WindowAggregateNode)node).Firing is not null;

    public override bool Deletes(PhysicalNode node, ChangelogFacts facts) =>
        facts.Updates(LocalAggregation.SourceOf(node, facts));

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts)
    {
        var aggregate = (WindowAggregateNode)node;
        int first = aggregate.Keys.Count + aggregate.Aggregates.Count;
        IEnumerable<int> keys = Enumerable.Range(0, aggregate.Keys.Count).Append(first);
        return [[.. aggregate.Window.Kind == WindowKind.Attached ? keys : keys.Append(first + 1)]];
    }

    public override bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) => true;

    public override bool MakesOld(PhysicalNode node, ChangelogFacts facts) => facts.NeedsOld(node.Id);

    public override string Maker(PhysicalNode node, ChangelogFacts facts) => "the window aggregation";

    public override void Check(PhysicalNode node, ChangelogFacts facts, ChangelogReport report) =>
        GroupAggregateTrait.CheckRetractions(node, ((WindowAggregateNode)node).Aggregates, facts, report);

    public override PhysicalNode Finish(PhysicalNode node, ChangelogFacts facts) =>
        (WindowAggregateNode)node with { InsertOnlyInput = !facts.Updates(LocalAggregation.SourceOf(node, facts)) };
}
