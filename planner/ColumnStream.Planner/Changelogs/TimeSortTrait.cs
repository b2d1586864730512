using System;
using System.Collections.Generic;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Passes inserts on in the order of time.</summary>
internal sealed class TimeSortTrait : NodeTrait
{
    public override Type Node => typeof(TimeSortNode);

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts) => facts.Keys(node.Inputs[0]);
}
