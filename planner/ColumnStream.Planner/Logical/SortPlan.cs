using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Operators;

namespace ColumnStream.Planner.Logical;

/// <summary>Sorts, then passes on rows [offset, offset + count).</summary>
internal sealed record SortPlan(
    LogicalPlan Input, ValueList<SortKey> Keys, long Offset = 0, long Count = -1, string Uid = "") : LogicalPlan(Input.Fields)
{
    public override ValueList<LogicalPlan> Inputs => [Input];

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) => new SortPlan(inputs[0], Keys, Offset, Count, Uid);

    public override string ToString() => base.ToString();
}
