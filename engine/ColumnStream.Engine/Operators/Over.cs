using ColumnStream.Arrow.Types;
using ColumnStream.Compute.WindowFunctions;
using ColumnStream.Engine.Operators.Over;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Adds to each row of a bounded input what window functions and aggregates say of its partition.</summary>
/// <param name="Partition">Columns whose values make a partition.</param>
/// <param name="Order">The order inside a partition.</param>
/// <param name="Calls">The functions; their columns stand behind those of the input.</param>
[PlanNode("over", version: 1)]
public sealed record OverNode(ValueList<int> Partition, ValueList<SortKey> Order, ValueList<WindowCall> Calls) : PhysicalNode
{
    /// <inheritdoc/>
    public override string Describe() =>
        $"over [{string.Join(", ", Partition)}] by [{string.Join(", ", Order)}] [{string.Join(", ", Calls)}]";

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new OverOperator(this);
}
