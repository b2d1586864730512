using ColumnStream.Engine.Operators.SemiJoin;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Adds the single value of the second input, which has one column, to each row of the first; NULL when there is none.</summary>
[PlanNode("scalar-join", version: 1)]
public sealed record ScalarJoinNode : PhysicalNode
{
    /// <inheritdoc/>
    public override string Describe() => "scalar join";

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new ScalarJoinOperator(this);
}
