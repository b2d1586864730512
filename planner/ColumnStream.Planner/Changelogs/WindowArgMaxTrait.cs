using System;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Rows with a window's extreme come once, when it closes or behind; the input only inserts, or lowering takes the join.</summary>
internal sealed class WindowArgMaxTrait : NodeTrait
{
    public override Type Node => typeof(WindowArgMaxNode);

    public override bool Updates(PhysicalNode node, ChangelogFacts facts) => false;
}
