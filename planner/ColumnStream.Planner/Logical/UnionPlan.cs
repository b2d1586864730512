using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;

namespace ColumnStream.Planner.Logical;

/// <summary>Passes on the rows of all inputs.</summary>
internal sealed record UnionPlan(ValueList<LogicalPlan> Branches, ValueList<SqlField> Fields) : LogicalPlan(Fields)
{
    public override ValueList<LogicalPlan> Inputs => Branches;

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) => this with { Branches = inputs };

    public override string ToString() => base.ToString();
}
