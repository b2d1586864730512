using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;

namespace ColumnStream.Planner.Logical;

/// <summary>Asks for each left row whether the right side has one with equal keys; columns are the left ones, and a mark.</summary>
internal sealed record SemiJoinPlan(
    LogicalPlan Left,
    LogicalPlan Right,
    SemiJoinKind Kind,
    ValueList<int> LeftKeys,
    ValueList<int> RightKeys,
    bool IsNullAware,
    ValueList<SqlField> Fields,
    string Uid = "") : LogicalPlan(Fields)
{
    public override ValueList<LogicalPlan> Inputs => [Left, Right];

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) => this with { Left = inputs[0], Right = inputs[1] };

    public override string ToString() => base.ToString();
}
