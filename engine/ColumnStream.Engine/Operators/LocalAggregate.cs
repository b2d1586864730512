using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Operators.GroupAggregate;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Aggregates each batch by key before an exchange; output columns are the keys, the count of rows, then the cells of each aggregate.</summary>
/// <remarks>Keeps nothing from batch to batch. Where keys hardly repeat inside a batch, rows pass as groups of one.</remarks>
/// <param name="Keys">Key columns of the input.</param>
/// <param name="Aggregates">The aggregates, all of cells that are numbers.</param>
[PlanNode("local-aggregate", version: 1)]
public sealed record LocalAggregateNode(ValueList<int> Keys, ValueList<AggregateCall> Aggregates) : PhysicalNode
{
    /// <summary>Gets whether the input only inserts; the aggregation behind the exchange is told the same.</summary>
    public bool InsertOnlyInput { get; init; }

    /// <summary>Gets the windows whose slices are told apart; a column behind the keys then holds a time of the row's slice.</summary>
    public WindowSpec? Window { get; init; }

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new LocalAggregateOperator(this);

    /// <inheritdoc/>
    public override string Describe() =>
        $"local {(Window is null ? string.Empty : $"window {Window} ")}aggregate by "
        + $"[{string.Join(", ", Keys)}] [{string.Join(", ", Aggregates)}]";
}
