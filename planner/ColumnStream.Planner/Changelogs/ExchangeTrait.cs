using System;
using System.Collections.Generic;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Passes rows on; a consumer by key says itself which keys stay in order, so that the plan's parallelism changes nothing.</summary>
internal sealed class ExchangeTrait : NodeTrait
{
    public override Type Node => typeof(ExchangeNode);

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts) =>
        ((ExchangeNode)node).Partitioning == Partitioning.RoundRobin ? [] : facts.Keys(node.Inputs[0]);
}
