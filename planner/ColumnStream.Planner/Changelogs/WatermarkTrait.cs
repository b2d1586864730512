using System;
using System.Collections.Generic;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Passes rows on as they come.</summary>
internal sealed class WatermarkTrait : NodeTrait
{
    public override Type Node => typeof(WatermarkNode);

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts) => facts.Keys(node.Inputs[0]);
}
