using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;

namespace ColumnStream.Planner.Logical;

/// <summary>Appends window_start, window_end and window_time to each row, once a window that holds it.</summary>
internal sealed record WindowPlan(
    LogicalPlan Input, WindowSpec Window, ValueList<SqlField> Fields) : LogicalPlan(Fields)
{
    public override ValueList<LogicalPlan> Inputs => [Input];

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) => this with { Input = inputs[0] };

    public override string ToString() => base.ToString();
}
