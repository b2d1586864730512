using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;

namespace ColumnStream.Planner.Logical;

/// <summary>Compares whole rows of two sides of the same types, NULLs equal: INTERSECT and EXCEPT.</summary>
internal sealed record SetOperationPlan(
    LogicalPlan Left,
    LogicalPlan Right,
    SetOperationKind Kind,
    bool IsAll,
    ValueList<SqlField> Fields,
    string Uid = "") : LogicalPlan(Fields)
{
    public override ValueList<LogicalPlan> Inputs => [Left, Right];

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) => this with { Left = inputs[0], Right = inputs[1] };

    public override string ToString() => base.ToString();
}
