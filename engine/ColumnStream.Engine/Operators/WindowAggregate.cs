using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Operators.SessionWindow;
using ColumnStream.Engine.Operators.WindowAggregate;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Aggregates by key and window; output columns are the keys, the aggregates, then window_start, window_end, window_time.</summary>
/// <remarks>Windows that are attached have no window_start: it is among the keys.</remarks>
/// <param name="Window">The windows.</param>
/// <param name="Keys">Key columns of the input, window columns not among them.</param>
/// <param name="Aggregates">The aggregates.</param>
[PlanNode("window-aggregate", version: 1)]
public sealed record WindowAggregateNode(WindowSpec Window, ValueList<int> Keys, ValueList<AggregateCall> Aggregates) : PhysicalNode
{
    /// <summary>Gets whether the input only inserts: then rows are not counted and MIN and MAX need no sets.</summary>
    public bool InsertOnlyInput { get; init; }

    /// <summary>Gets when windows give results beside the one at their end; null for never.</summary>
    public WindowFiring? Firing { get; init; }

    /// <summary>Gets whether the input comes from a <see cref="LocalAggregateNode"/>: keys, a time of a slice, a count of rows, cells.</summary>
    public bool TakesPartials { get; init; }

    /// <summary>Gets the state of the count whose greatest groups alone are given of each window; null for all groups.</summary>
    public string? Best { get; init; }

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => Window.Kind == WindowKind.Session
        ? new SessionAggregateOperator(this)
        : Firing is not null ? new FiringWindowOperator(this) : new WindowAggregateOperator(this);

    /// <inheritdoc/>
    public override string Describe() =>
        $"{(TakesPartials ? "global " : string.Empty)}window aggregate {Window} by [{string.Join(", ", Keys)}] "
        + $"[{string.Join(", ", Aggregates)}]"
        + (Firing is null ? string.Empty : $" {Firing}") + (Best is null ? string.Empty : " best only");
}
