using System;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Rows of different inputs have no common key, so whoever knows rows by content needs their old images.</summary>
internal sealed class UnionTrait : NodeTrait
{
    public override Type Node => typeof(UnionNode);

    public override bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) => true;
}
