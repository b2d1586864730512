using System;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Rows come once, when their window closes. Both sides only insert.</summary>
internal sealed class WindowJoinTrait : NodeTrait
{
    public override Type Node => typeof(WindowJoinNode);

    public override bool Updates(PhysicalNode node, ChangelogFacts facts) => false;

    public override void Check(PhysicalNode node, ChangelogFacts facts, ChangelogReport report) =>
        IntervalJoinTrait.CheckInserts(node, "A window join", facts, report);
}
