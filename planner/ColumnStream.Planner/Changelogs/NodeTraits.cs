using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Lists the traits of all kinds of nodes, by name.</summary>
internal static class NodeTraits
{
    private static readonly Dictionary<Type, NodeTrait> ByNode = new NodeTrait[]
    {
        new ChangelogNormalizeTrait(),
        new ExchangeTrait(),
        new ExpandTrait(),
        new FilterTrait(),
        new FinalRowsTrait(),
        new GroupAggregateTrait(),
        new IntervalJoinTrait(),
        new JoinTrait(),
        new LateRowsTrait(),
        new LimitTrait(),
        new LocalAggregateTrait(),
        new LookupJoinTrait(),
        new OverTrait(),
        new ProjectTrait(),
        new RankTrait(),
        new ScalarJoinTrait(),
        new SemiJoinTrait(),
        new SetOperationTrait(),
        new SinkCheckTrait(),
        new SinkTrait(),
        new SortTrait(),
        new SortedOverTrait(),
        new SourceTrait(),
        new TemporalJoinTrait(),
        new TimeOverTrait(),
        new TimeSortTrait(),
        new UnionTrait(),
        new UnnestTrait(),
        new UpsertChangesTrait(),
        new UpsertMaterializeTrait(),
        new ValuesTrait(),
        new WatermarkTrait(),
        new WindowAggregateTrait(),
        new WindowArgMaxTrait(),
        new WindowAssignTrait(),
        new WindowJoinTrait(),
        new WindowRankTrait(),
    }.ToDictionary(trait => trait.Node);

    /// <summary>Finds the trait of a node.</summary>
    public static NodeTrait Of(PhysicalNode node) => ByNode.TryGetValue(node.GetType(), out NodeTrait? trait)
        ? trait : throw new InvariantException(9001, $"Plan node has no changelog trait: {node.GetType().Name}.");
}
