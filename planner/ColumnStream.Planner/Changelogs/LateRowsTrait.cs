using System;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Late rows are inserts, whatever becomes of the others.</summary>
internal sealed class LateRowsTrait : NodeTrait
{
    public override Type Node => typeof(LateRowsNode);

    public override bool Updates(PhysicalNode node, ChangelogFacts facts) => false;

    public override bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) => false;
}
