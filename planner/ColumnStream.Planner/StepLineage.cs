using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner;

/// <summary>Names what a step without state gives by what stands below it, exchanges aside: the same at any parallelism.</summary>
internal static class StepLineage
{
    /// <summary>Returns the name.</summary>
    public static string Of(int id, IReadOnlyList<PhysicalNode> nodes) => nodes[id] switch
    {
        ExchangeNode exchange => Of(exchange.Inputs[0], nodes),
        ProjectNode or FilterNode or UnionNode or UnnestNode or ExpandNode or WatermarkNode or SinkCheckNode or UpsertChangesNode
            or WindowAssignNode { Window.Kind: not WindowKind.Session } =>
            $"{nodes[id].Describe()}({string.Join(", ", nodes[id].Inputs.Select(input => Of(input, nodes)))})",
        { } node => node.Uid,
    };
}
