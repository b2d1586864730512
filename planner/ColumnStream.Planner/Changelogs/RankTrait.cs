using System;
using System.Collections.Generic;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Ranks change with every better row; the first row in time of an insert-only input stays.</summary>
/// <remarks>
/// Numbered rows change in place: partition and number are their key. One row a partition has the partition as its key. All
/// others enter and leave whole, and keep the keys of the input that hold the partition.
/// </remarks>
internal sealed class RankTrait : NodeTrait
{
    public override Type Node => typeof(RankNode);

    public override bool Updates(PhysicalNode node, ChangelogFacts facts) =>
        facts.Updates(node.Inputs[0]) || !((RankNode)node).KeepsFirst;

    public override bool Deletes(PhysicalNode node, ChangelogFacts facts) =>
        facts.Updates(node.Inputs[0]) || !ChangesInPlace((RankNode)node) || ((RankNode)node).Start > 1;

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts)
    {
        var rank = (RankNode)node;
        return ChangesInPlace(rank) ? [[.. rank.Partition, .. rank.HasNumber ? [rank.Output.Count - 1] : Array.Empty<int>()]]
            : facts.KeysBy(node.Inputs[0], rank.Partition);
    }

    public override bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) => true;

    public override bool MakesOld(PhysicalNode node, ChangelogFacts facts) =>
        facts.NeedsOld(node.Id) || facts.Key(node.Id) is null;

    public override string Maker(PhysicalNode node, ChangelogFacts facts) =>
        ((RankNode)node).Partition.Count == 0 ? "ORDER BY ... LIMIT" : "the top-N";

    private static bool ChangesInPlace(RankNode rank) =>
        rank.IsSingle || (rank.HasNumber && rank.Function == RankFunction.RowNumber);

    public override PhysicalNode Finish(PhysicalNode node, ChangelogFacts facts) =>
        (RankNode)node with { StateTtlMs = facts.Options.StateTtlMs };
}
