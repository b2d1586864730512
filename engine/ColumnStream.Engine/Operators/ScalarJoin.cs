using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Operators.SemiJoin;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Adds the single row of the second input to each row of the first; NULLs when there is none.</summary>
/// <param name="Place">Where the query of the second input stands, for the error of a second row.</param>
[PlanNode("scalar-join", version: 2)]
public sealed record ScalarJoinNode(SourceLocation Place) : PhysicalNode
{
    /// <summary>Gets the milliseconds after which left rows that nothing touched are forgotten, or 0.</summary>
    public long StateTtlMs { get; init; }

    /// <inheritdoc/>
    public override string Describe() => "scalar join";

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new ScalarJoinOperator(this);
}
