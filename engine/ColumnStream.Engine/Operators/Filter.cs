using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Keeps the rows for which the predicate is true.</summary>
/// <param name="Predicate">A BOOLEAN over the input.</param>
[PlanNode("filter", version: 1)]
public sealed record FilterNode(BoundExpression Predicate) : PhysicalNode
{
    /// <inheritdoc/>
    public override string Describe() => $"filter {Predicate}";
}
