using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Computes columns; plain column expressions share the input's.</summary>
/// <param name="Expressions">One an output column.</param>
[PlanNode("project", version: 1)]
public sealed record ProjectNode(ValueList<BoundExpression> Expressions) : PhysicalNode
{
    /// <inheritdoc/>
    public override string Describe() => $"project [{string.Join(", ", Expressions)}]";
}
