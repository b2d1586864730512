using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.WindowFunctions;
using ColumnStream.Engine.Operators;

namespace ColumnStream.Planner.Logical;

/// <summary>Adds window functions over partitions of the rows; columns are the input's, then one a call.</summary>
internal sealed record OverPlan(
    LogicalPlan Input,
    ValueList<int> Partition,
    ValueList<SortKey> Order,
    ValueList<WindowCall> Calls,
    ValueList<SqlField> Fields,
    string Uid = "") : LogicalPlan(Fields)
{
    public override ValueList<LogicalPlan> Inputs => [Input];

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) => this with { Input = inputs[0] };

    public override string ToString() => base.ToString();
}
