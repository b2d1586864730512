using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Makes changes by a key of retractions; where that is not the key of the rows, an old image deletes the old row.</summary>
internal sealed class UpsertChangesTrait : NodeTrait
{
    public override Type Node => typeof(UpsertChangesNode);

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts) => [[.. ((UpsertChangesNode)node).Keys]];

    public override bool Deletes(PhysicalNode node, ChangelogFacts facts) =>
        facts.Deletes(node.Inputs[0]) || !KnowsKey(node, facts);

    public override bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) => !KnowsKey(node, facts);

    public override bool MakesOld(PhysicalNode node, ChangelogFacts facts) => false;

    private static bool KnowsKey(PhysicalNode node, ChangelogFacts facts) =>
        facts.Keys(node.Inputs[0]).Any(key => ChangelogFacts.SameColumns(key, ((UpsertChangesNode)node).Keys));
}
