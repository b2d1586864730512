using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Logical;

/// <summary>Writes its input to a table.</summary>
internal sealed record SinkPlan(
    LogicalPlan Input, TableSpec Table, string Uid = "") : LogicalPlan(Input.Fields)
{
    public override ValueList<LogicalPlan> Inputs => [Input];

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) => new SinkPlan(inputs[0], Table, Uid);

    public override string ToString() => base.ToString();
}
