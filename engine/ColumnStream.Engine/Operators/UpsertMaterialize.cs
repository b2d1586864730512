using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Operators.Upsert;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Gives a table one row a primary key, though rows come under another key: of those with a primary key the latest.</summary>
/// <param name="Keys">The sink's primary key.</param>
/// <param name="RowKey">The columns by which changes name a row, or none: then all of them.</param>
[PlanNode("upsert-materialize", version: 1)]
public sealed record UpsertMaterializeNode(ValueList<int> Keys, ValueList<int> RowKey) : PhysicalNode
{
    /// <summary>Gets the milliseconds after which a primary key that nothing touched is forgotten; 0 keeps it for ever.</summary>
    public long StateTtlMs { get; init; }

    /// <summary>Gets why it stands here, for EXPLAIN.</summary>
    public string Reason { get; init; } = string.Empty;

    /// <inheritdoc/>
    public override string Describe() =>
        $"materialize by [{string.Join(", ", Keys)}], rows by [{string.Join(", ", RowKey)}]"
        + (Reason.Length == 0 ? string.Empty : $": {Reason}");

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new UpsertMaterializeOperator(this);
}
