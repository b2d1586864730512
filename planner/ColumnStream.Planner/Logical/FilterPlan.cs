using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;

namespace ColumnStream.Planner.Logical;

/// <summary>Keeps rows for which a condition is true.</summary>
internal sealed record FilterPlan(LogicalPlan Input, BoundExpression Predicate) : LogicalPlan(Input.Fields)
{
    public override ValueList<LogicalPlan> Inputs => [Input];

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) => new FilterPlan(inputs[0], Predicate);

    public override string ToString() => base.ToString();
}
