using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;

namespace ColumnStream.Planner.Logical;

/// <summary>Appends window_start, window_end and window_time to each row, once a window that holds it.</summary>
internal sealed record WindowPlan(
    LogicalPlan Input, WindowSpec Window, ValueList<SqlField> Fields) : LogicalPlan(Fields)
{
    /// <summary>Gets when an aggregation by these windows gives results beside the one at the end; null for never.</summary>
    public WindowFiring? Firing { get; init; }

    /// <summary>Gets the uid of the state that sessions keep; empty for other windows.</summary>
    public string Uid { get; init; } = "";

    public override ValueList<LogicalPlan> Inputs => [Input];

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) => this with { Input = inputs[0] };

    public override string ToString() => base.ToString();
}
