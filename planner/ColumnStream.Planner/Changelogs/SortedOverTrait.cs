using System;
using System.Collections.Generic;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Gives each row with its calls, and again whenever a row before it has changed them.</summary>
internal sealed class SortedOverTrait : NodeTrait
{
    public override Type Node => typeof(SortedOverNode);

    public override bool Updates(PhysicalNode node, ChangelogFacts facts) => true;

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts) =>
        facts.KeysBy(node.Inputs[0], ((SortedOverNode)node).Partition);

    public override bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) => true;

    public override bool MakesOld(PhysicalNode node, ChangelogFacts facts) =>
        facts.NeedsOld(node.Id) || facts.Key(node.Id) is null;

    public override PhysicalNode Finish(PhysicalNode node, ChangelogFacts facts) =>
        (SortedOverNode)node with { StateTtlMs = facts.Options.StateTtlMs };

    public override string Maker(PhysicalNode node, ChangelogFacts facts) => "OVER";
}
