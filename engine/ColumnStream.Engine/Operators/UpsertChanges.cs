using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Operators.Upsert;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Turns retractions into changes by key: −U goes where its +U has the same key, and deletes the row elsewhere.</summary>
/// <param name="Keys">The key of who takes the changes.</param>
[PlanNode("upsert-changes", version: 1)]
public sealed record UpsertChangesNode(ValueList<int> Keys) : PhysicalNode
{
    /// <inheritdoc/>
    public override string Describe() => $"changes by key [{string.Join(", ", Keys)}]";

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new UpsertChangesOperator(this);
}
