using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Planner.Logical;

/// <summary>Adds the single row of the right side to each left row, NULLs where there is none; columns are the left ones, then the right ones.</summary>
internal sealed record ScalarJoinPlan(LogicalPlan Left, LogicalPlan Right, ValueList<SqlField> Fields, string Uid = "")
    : LogicalPlan(Fields)
{
    /// <summary>Gets where the query stands, for the error of a second row.</summary>
    public SourceLocation Place { get; init; }

    public override ValueList<LogicalPlan> Inputs => [Left, Right];

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) => this with { Left = inputs[0], Right = inputs[1] };

    public override string ToString() => base.ToString();
}
