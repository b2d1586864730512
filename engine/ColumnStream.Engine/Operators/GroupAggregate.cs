using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Operators.Deferring;
using ColumnStream.Engine.Operators.GroupAggregate;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Aggregates by key; output columns are the keys, then the aggregates. No keys: one global group. No aggregates: DISTINCT.</summary>
/// <param name="Keys">Key columns of the input.</param>
/// <param name="Aggregates">The aggregates.</param>
[PlanNode("group-aggregate", version: 1)]
public sealed record GroupAggregateNode(ValueList<int> Keys, ValueList<AggregateCall> Aggregates) : PhysicalNode
{
    /// <summary>Gets whether the input only inserts: then rows are not counted and MIN and MAX need no sets.</summary>
    public bool InsertOnlyInput { get; init; }

    /// <summary>Gets the milliseconds after which a group that nothing touched is forgotten; 0 and −1, which is undecided, keep it.</summary>
    public long StateTtlMs { get; init; } = -1;

    /// <summary>Gets whether the input comes from a <see cref="LocalAggregateNode"/>: keys, a count of rows, cells.</summary>
    public bool TakesPartials { get; init; }

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => Keys.Count == 0
        ? new GroupAggregateOperator(this)
        : new DeferringOperator(new GroupAggregateOperator(this), Keys);

    /// <inheritdoc/>
    public override string Describe() =>
        $"{(TakesPartials ? "global" : "group")} aggregate by [{string.Join(", ", Keys)}] [{string.Join(", ", Aggregates)}]";
}
