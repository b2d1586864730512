using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Planner.Logical;

/// <summary>Computes columns.</summary>
internal sealed record ProjectPlan(
    LogicalPlan Input, ValueList<BoundExpression> Expressions, ValueList<SqlField> Fields) : LogicalPlan(Fields)
{
    public override ValueList<LogicalPlan> Inputs => [Input];

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) => this with { Input = inputs[0] };

    public override string ToString() => base.ToString();
}
