using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;

namespace ColumnStream.Planner.Logical;

/// <summary>Adds the single value of the right side to each left row; columns are the left ones, then the value.</summary>
internal sealed record ScalarJoinPlan(LogicalPlan Left, LogicalPlan Right, ValueList<SqlField> Fields, string Uid = "")
    : LogicalPlan(Fields)
{
    public override ValueList<LogicalPlan> Inputs => [Left, Right];

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) => this with { Left = inputs[0], Right = inputs[1] };

    public override string ToString() => base.ToString();
}
