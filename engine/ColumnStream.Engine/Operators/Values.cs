using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Gives constant rows, then ends: a source without connector.</summary>
/// <param name="Rows">Literals, row by row; a row may have no columns.</param>
[PlanNode("values", version: 1)]
public sealed record ValuesNode(ValueList<ValuesRow> Rows) : PhysicalNode
{
    /// <inheritdoc/>
    public override string Describe() => $"values {Rows.Count} rows";
}
