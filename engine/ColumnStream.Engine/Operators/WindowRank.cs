using System.Globalization;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Operators.Rank;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Passes the rows of each window and partition whose rank is in a range, once, when the window closes.</summary>
/// <param name="Function">How rows are numbered.</param>
/// <param name="Partition">Columns whose values make a partition, the bounds of the window among them.</param>
/// <param name="Order">The order inside a partition.</param>
/// <param name="Start">The first rank that passes, from 1.</param>
/// <param name="End">The last rank that passes.</param>
/// <param name="HasNumber">Whether the rank stands behind the columns of the input.</param>
/// <param name="WindowEnd">The column that says when the window closes.</param>
[PlanNode("window-rank", version: 1)]
public sealed record WindowRankNode(
    RankFunction Function,
    ValueList<int> Partition,
    ValueList<SortKey> Order,
    long Start,
    long End,
    bool HasNumber,
    int WindowEnd) : PhysicalNode
{
    /// <summary>Gets whether the ends of windows are local times.</summary>
    public bool IsLocal { get; init; }

    /// <inheritdoc/>
    public override string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"window rank {Function} {Start} to {End}{(HasNumber ? ", numbered" : string.Empty)} over [{string.Join(", ", Partition)}]")
        + $" by [{string.Join(", ", Order)}] closing at ${WindowEnd}";

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new WindowRankOperator(this);
}
