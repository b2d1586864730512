using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Elements of an old collection go one by one, so the old image is needed; a key holds with the ordinality.</summary>
internal sealed class UnnestTrait : NodeTrait
{
    public override Type Node => typeof(UnnestNode);

    public override bool Deletes(PhysicalNode node, ChangelogFacts facts) => true;

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts)
    {
        var unnest = (UnnestNode)node;
        int[] kept = [.. unnest.Kept];
        return !unnest.WithOrdinality || unnest.IsOuter ? [] : facts.Keys(node.Inputs[0])
            .Where(key => key.All(kept.Contains))
            .Select(key => (int[])[.. key.Select(c => Array.IndexOf(kept, c)), node.Output.Count - 1]);
    }

    public override bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) => true;

    public override bool MakesOld(PhysicalNode node, ChangelogFacts facts) => true;
}
