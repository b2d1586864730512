using ColumnStream.Arrow.Types;

namespace ColumnStream.Planner.Logical;

/// <summary>Passes on rows [offset, offset + count).</summary>
internal sealed record LimitPlan(
    LogicalPlan Input, long Offset, long Count, string Uid = "") : LogicalPlan(Input.Fields)
{
    public override ValueList<LogicalPlan> Inputs => [Input];

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) => new LimitPlan(inputs[0], Offset, Count, Uid);

    public override string ToString() => base.ToString();
}
