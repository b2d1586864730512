using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Left rows come and go with their answers; over inserts alone a row that found another stays.</summary>
internal sealed class SemiJoinTrait : NodeTrait
{
    public override Type Node => typeof(SemiJoinNode);

    public override bool Updates(PhysicalNode node, ChangelogFacts facts) =>
        ((SemiJoinNode)node).Kind != SemiJoinKind.Semi || base.Updates(node, facts);

    public override bool Deletes(PhysicalNode node, ChangelogFacts facts) =>
        ((SemiJoinNode)node).Kind != SemiJoinKind.Mark || base.Deletes(node, facts);

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts)
    {
        var join = (SemiJoinNode)node;
        return facts.KeysBy(node.Inputs[0], join.LeftKeys.Take(join.IsNullAware ? join.LeftKeys.Count - 1 : join.LeftKeys.Count));
    }

    public override bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) => true;

    public override bool MakesOld(PhysicalNode node, ChangelogFacts facts) => true;

    public override PhysicalNode Finish(PhysicalNode node, ChangelogFacts facts) =>
        (SemiJoinNode)node with { StateTtlMs = facts.Options.StateTtlMs };

    public override string Maker(PhysicalNode node, ChangelogFacts facts) => "the query in WHERE";
}
