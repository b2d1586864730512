using System;
using System.Collections.Generic;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Passes rows on as they come, or fails.</summary>
internal sealed class SinkCheckTrait : NodeTrait
{
    public override Type Node => typeof(SinkCheckNode);

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts) => facts.Keys(node.Inputs[0]);
}
