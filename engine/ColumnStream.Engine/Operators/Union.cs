using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Passes on the rows of all inputs, which have equal column types.</summary>
[PlanNode("union", version: 1)]
public sealed record UnionNode : PhysicalNode
{
    /// <inheritdoc/>
    public override string Describe() => "union all";
}
