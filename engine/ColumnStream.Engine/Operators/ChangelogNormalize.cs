using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Operators.Upsert;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Makes changes by key complete: keeps the last row of each key, drops events that say nothing new, adds old images.</summary>
/// <param name="Keys">The key columns; of one key only the last event counts.</param>
[PlanNode("changelog-normalize", version: 1)]
public sealed record ChangelogNormalizeNode(ValueList<int> Keys) : PhysicalNode
{
    /// <summary>Gets the milliseconds after which a key that nothing touched is forgotten; 0 keeps it for ever.</summary>
    public long StateTtlMs { get; init; }

    /// <inheritdoc/>
    public override string Describe() => $"normalize by [{string.Join(", ", Keys)}]";

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new ChangelogNormalizeOperator(this);
}
