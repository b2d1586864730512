using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;

namespace ColumnStream.Planner.Logical;

/// <summary>Aggregates by window and key; columns are keys, aggregates, window_start, window_end, window_time.</summary>
/// <remarks>Over windows that were assigned before, window_start is the last key, and no column of its own.</remarks>
internal sealed record WindowAggregatePlan(
    LogicalPlan Input,
    WindowSpec Window,
    ValueList<int> Keys,
    ValueList<AggregateCall> Aggregates,
    ValueList<SqlField> Fields,
    string Uid) : LogicalPlan(Fields)
{
    /// <summary>Gets when windows give results beside the one at their end; null for never.</summary>
    public WindowFiring? Firing { get; init; }

    /// <summary>Gets how time was cut where the windows were assigned before; else null.</summary>
    public WindowSpec? Origin { get; init; }

    /// <summary>Gets the state of the count whose greatest groups alone are wanted of each window; null for all groups.</summary>
    public string? Best { get; init; }

    public override ValueList<LogicalPlan> Inputs => [Input];

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) => this with { Input = inputs[0] };

    public override string ToString() => base.ToString();
}
