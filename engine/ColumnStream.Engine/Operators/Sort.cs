using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Sorts a bounded, insert-only input and passes on rows [offset, offset + count); a changelog is materialised first.</summary>
/// <param name="Keys">Sort columns, major first.</param>
/// <param name="Offset">Rows to drop first.</param>
/// <param name="Count">Rows to pass, or -1 for all; then only offset + count rows are kept.</param>
[PlanNode("sort", version: 1)]
public sealed record SortNode(ValueList<SortKey> Keys, long Offset, long Count) : PhysicalNode
{
    /// <inheritdoc/>
    public override string Describe() => $"sort [{string.Join(", ", Keys)}] offset {Offset} count {Count}";
}
