using System;
using System.Collections.Generic;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Gives changes by the sink's key; to take back rows that are known otherwise it needs their old images.</summary>
internal sealed class UpsertMaterializeTrait : NodeTrait
{
    public override Type Node => typeof(UpsertMaterializeNode);

    public override bool Updates(PhysicalNode node, ChangelogFacts facts) => true;

    public override bool Deletes(PhysicalNode node, ChangelogFacts facts) => facts.Updates(node.Inputs[0]);

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts) => [[.. ((UpsertMaterializeNode)node).Keys]];

    public override bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) => true;

    public override bool MakesOld(PhysicalNode node, ChangelogFacts facts) => false;

    public override PhysicalNode Finish(PhysicalNode node, ChangelogFacts facts) =>
        (UpsertMaterializeNode)node with { StateTtlMs = facts.Options.StateTtlMs };
}
