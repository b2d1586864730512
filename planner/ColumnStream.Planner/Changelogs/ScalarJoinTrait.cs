using System;
using System.Collections.Generic;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Every row changes with the value of the query.</summary>
internal sealed class ScalarJoinTrait : NodeTrait
{
    public override Type Node => typeof(ScalarJoinNode);

    public override bool Updates(PhysicalNode node, ChangelogFacts facts) => true;

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts) =>
        facts.Keys(node.Inputs[0]);

    public override bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) => true;

    public override bool MakesOld(PhysicalNode node, ChangelogFacts facts) => true;

    public override PhysicalNode Finish(PhysicalNode node, ChangelogFacts facts) =>
        (ScalarJoinNode)node with { StateTtlMs = facts.Options.StateTtlMs };

    public override string Maker(PhysicalNode node, ChangelogFacts facts) => "the query in WHERE";
}
