using ColumnStream.Arrow.Types;
using ColumnStream.Compute.WindowFunctions;
using ColumnStream.Engine.Operators.Over;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Adds to each row what functions say of its partition in any order, and lets that follow every change.</summary>
/// <param name="Partition">Columns whose values make a partition.</param>
/// <param name="Order">The order inside a partition.</param>
/// <param name="Calls">The functions; their columns stand behind those of the input.</param>
[PlanNode("sorted-over", version: 1)]
public sealed record SortedOverNode(ValueList<int> Partition, ValueList<SortKey> Order, ValueList<WindowCall> Calls) : PhysicalNode
{
    /// <summary>Gets whether the input only inserts: then rows are not looked for by what they hold.</summary>
    public bool InsertOnlyInput { get; init; }

    /// <summary>Gets the milliseconds after which a partition that nothing changes is forgotten; 0 keeps it.</summary>
    public long StateTtlMs { get; init; }

    /// <inheritdoc/>
    public override string Describe() =>
        $"over [{string.Join(", ", Partition)}] by [{string.Join(", ", Order)}] [{string.Join(", ", Calls)}], changing";

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new SortedOverOperator(this);
}
