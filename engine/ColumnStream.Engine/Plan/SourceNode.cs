using ColumnStream.Arrow.Types;

namespace ColumnStream.Engine.Plan;

/// <summary>Reads a table: its output is the projected physical columns, in the order of <paramref name="Projection"/>.</summary>
/// <param name="Table">The table.</param>
/// <param name="Projection">Indices into the table's columns; what is not named is not stored, only checked.</param>
[PlanNode("source", version: 1)]
public sealed record SourceNode(TableSpec Table, ValueList<int> Projection) : PhysicalNode
{
    /// <inheritdoc/>
    public override string Describe() => $"source {Table.Name} ({Table.Connector})";
}
