using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Passes on rows [offset, offset + count) of a bounded or insert-only input; at parallelism 1.</summary>
/// <param name="Offset">Rows to drop first.</param>
/// <param name="Count">Rows to pass, or -1 for all.</param>
[PlanNode("limit", version: 1)]
public sealed record LimitNode(long Offset, long Count) : PhysicalNode
{
    /// <inheritdoc/>
    public override string Describe() => $"limit offset {Offset} count {Count}";
}
