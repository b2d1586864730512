using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;

namespace ColumnStream.Planner.Logical;

/// <summary>Gives constant rows.</summary>
internal sealed record ValuesPlan(ValueList<ValuesRow> Rows, ValueList<SqlField> Fields) : LogicalPlan(Fields)
{
    public override ValueList<LogicalPlan> Inputs => default;

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) => this;

    public override string ToString() => base.ToString();
}
