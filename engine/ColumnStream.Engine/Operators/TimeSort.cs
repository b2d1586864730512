using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Operators.TimeOver;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Lets insert-only rows out in the order of rowtime, when the watermark has passed them.</summary>
/// <param name="Keys">The rowtime ascending, then columns that order rows of one time.</param>
[PlanNode("time-sort", version: 1)]
public sealed record TimeSortNode(ValueList<SortKey> Keys) : PhysicalNode
{
    /// <inheritdoc/>
    public override string Describe() => $"sort in time [{string.Join(", ", Keys)}]";

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new TimeSortOperator(this);
}
