using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;

namespace ColumnStream.Planner.Logical;

/// <summary>Repeats each row once a grouping set, with NULL for the columns that are not in it; the last column numbers the sets.</summary>
internal sealed record ExpandPlan(LogicalPlan Input, ValueList<ValueList<int>> Nulled, ValueList<SqlField> Fields)
    : LogicalPlan(Fields)
{
    public override ValueList<LogicalPlan> Inputs => [Input];

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) => this with { Input = inputs[0] };

    public override string ToString() => base.ToString();
}
