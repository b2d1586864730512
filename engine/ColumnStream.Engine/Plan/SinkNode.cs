namespace ColumnStream.Engine.Plan;

/// <summary>Writes its input to a table; the input's columns are the table's columns in declared order.</summary>
/// <param name="Table">The table.</param>
[PlanNode("sink", version: 1)]
public sealed record SinkNode(TableSpec Table) : PhysicalNode
{
    /// <inheritdoc/>
    public override string Describe() =>
        $"sink {Table.Name} ({Table.Connector}){(Table.IsOverwritten ? ", overwritten" : string.Empty)}";
}
