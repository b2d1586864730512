using System;
using System.Collections.Generic;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Gives full changes of rows that it keeps by key; of its input it needs no old images.</summary>
internal sealed class ChangelogNormalizeTrait : NodeTrait
{
    public override Type Node => typeof(ChangelogNormalizeNode);

    public override bool Updates(PhysicalNode node, ChangelogFacts facts) => true;

    public override bool Deletes(PhysicalNode node, ChangelogFacts facts) => true;

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts) =>
        [[.. ((ChangelogNormalizeNode)node).Keys]];

    public override bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) => false;

    public override bool MakesOld(PhysicalNode node, ChangelogFacts facts) => facts.NeedsOld(node.Id);

    public override PhysicalNode Finish(PhysicalNode node, ChangelogFacts facts) =>
        (ChangelogNormalizeNode)node with { StateTtlMs = facts.Options.StateTtlMs };
}
