using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;

namespace ColumnStream.Planner.Logical;

/// <summary>Is one typed, resolved step of a query over its inputs; immutable, equal when it says the same.</summary>
/// <param name="Fields">The columns that leave it.</param>
internal abstract record LogicalPlan(ValueList<SqlField> Fields)
{
    /// <summary>Gets where it was written, as far as the binder noted it.</summary>
    public PlanPlace Written { get; init; }

    /// <summary>Gets the inputs in order.</summary>
    public abstract ValueList<LogicalPlan> Inputs { get; }

    /// <summary>Returns this step over other inputs of the same columns.</summary>
    public abstract LogicalPlan WithInputs(ValueList<LogicalPlan> inputs);

    /// <summary>Returns the plan as a tree of lines.</summary>
    public override string ToString() => LogicalPrinter.Print(this);
}
