using System.Globalization;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators.Rank;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Passes the rows of each partition whose rank is in a range, and lets them follow every change: top-N, deduplicate.</summary>
/// <param name="Function">How rows are numbered.</param>
/// <param name="Partition">Columns whose values make a partition.</param>
/// <param name="Order">The order inside a partition; none is the order in which rows came.</param>
/// <param name="Start">The first rank that passes, from 1.</param>
/// <param name="End">The last rank that passes.</param>
/// <param name="HasNumber">Whether the rank stands behind the columns of the input.</param>
[PlanNode("rank", version: 1)]
public sealed record RankNode(
    RankFunction Function, ValueList<int> Partition, ValueList<SortKey> Order, long Start, long End, bool HasNumber) : PhysicalNode
{
    /// <summary>Gets whether the input only inserts: then rows behind the range are forgotten.</summary>
    public bool InsertOnlyInput { get; init; }

    /// <summary>Gets whether rows are sent when the watermark says that they are the first: nothing is then taken back.</summary>
    public bool WaitsForWatermark { get; init; }

    /// <summary>Gets the milliseconds after which a partition that nothing changes is forgotten where one row of it is kept; 0 keeps it.</summary>
    public long StateTtlMs { get; init; }

    /// <summary>Gets whether at most one row of a partition passes, under no number.</summary>
    public bool IsSingle => Function == RankFunction.RowNumber && Start == End && !HasNumber;

    /// <summary>Gets whether the first row of a partition in time passes: never taken back over inserts.</summary>
    public bool KeepsFirst => IsSingle && Start == 1 && Order.Count == 1 && !Order[0].Descending && Time != TimeAttribute.None;

    /// <summary>Gets whether the last row of a partition in time passes.</summary>
    public bool KeepsLast => IsSingle && Start == 1 && Order.Count == 1 && Order[0].Descending && Time != TimeAttribute.None;

    /// <summary>Gets what time the first order key is.</summary>
    public TimeAttribute Time => Order.Count == 0 ? TimeAttribute.None : Output[Order[0].Column].Type.TimeAttribute;

    /// <inheritdoc/>
    public override string Describe()
    {
        string range = Start == End ? $"= {Start}" : End == long.MaxValue ? $">= {Start}"
            : string.Create(CultureInfo.InvariantCulture, $"{Start} to {End}");
        string what = InsertOnlyInput && (KeepsFirst || KeepsLast)
            ? $"deduplicate, keep {(KeepsFirst ? "first" : "last")} by {Time.ToString().ToLowerInvariant()}"
            : $"{Function switch
            {
                RankFunction.RowNumber => "row_number",
                RankFunction.Rank => "rank",
                _ => "dense_rank",
            }} {range}{(HasNumber ? ", numbered" : string.Empty)}";
        return $"{what} over [{string.Join(", ", Partition)}] by [{string.Join(", ", Order)}]"
            + (InsertOnlyInput ? string.Empty : ", all rows kept");
    }

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() =>
        !InsertOnlyInput || !IsSingle || Start > 1 ? new RankOperator(this)
        : WaitsForWatermark ? new FirstInTimeOperator(this)
        : new SingleRankOperator(this);
}
