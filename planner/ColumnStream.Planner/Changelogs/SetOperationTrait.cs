using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>A row that came out goes when the right side of EXCEPT gets it; INTERSECT over inserts alone only grows.</summary>
internal sealed class SetOperationTrait : NodeTrait
{
    public override Type Node => typeof(SetOperationNode);

    public override bool Updates(PhysicalNode node, ChangelogFacts facts) =>
        ((SetOperationNode)node).Kind == SetOperationKind.Except || base.Updates(node, facts);

    public override bool Deletes(PhysicalNode node, ChangelogFacts facts) => true;

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts) =>
        ((SetOperationNode)node).IsAll ? [] : [[.. Enumerable.Range(0, node.Output.Count)]];

    public override bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) => true;

    public override bool MakesOld(PhysicalNode node, ChangelogFacts facts) => true;

    public override string Maker(PhysicalNode node, ChangelogFacts facts) =>
        ((SetOperationNode)node).Kind.ToString().ToUpperInvariant();

    public override PhysicalNode Finish(PhysicalNode node, ChangelogFacts facts) =>
        (SetOperationNode)node with { StateTtlMs = facts.Options.StateTtlMs };
}
