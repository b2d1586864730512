using System;
using System.Collections.Generic;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Gives what stands at the end of its input, as inserts; rows without a key it cancels by their old images.</summary>
internal sealed class FinalRowsTrait : NodeTrait
{
    public override Type Node => typeof(FinalRowsNode);

    public override bool Updates(PhysicalNode node, ChangelogFacts facts) => false;

    public override bool Deletes(PhysicalNode node, ChangelogFacts facts) => false;

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts) =>
        ((FinalRowsNode)node).Keys.Count > 0 ? [[.. ((FinalRowsNode)node).Keys]] : [];

    public override bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) => ((FinalRowsNode)node).Keys.Count == 0;

    public override bool MakesOld(PhysicalNode node, ChangelogFacts facts) => false;
}
