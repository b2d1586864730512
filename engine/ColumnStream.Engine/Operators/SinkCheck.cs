using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Operators.Upsert;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Sees to it that rows fit what a table declares: no NULL where none may be, no text longer than it may be.</summary>
/// <param name="NotNull">Columns that are NOT NULL, though the query may give NULL.</param>
/// <param name="DropsNulls">Whether rows with such a NULL are left out; otherwise the job fails.</param>
/// <param name="Lengths">Columns whose length is checked.</param>
/// <param name="Limits">For each of <paramref name="Lengths"/> the most characters or bytes; negative: exactly so many.</param>
[PlanNode("sink-check", version: 1)]
public sealed record SinkCheckNode(ValueList<int> NotNull, bool DropsNulls, ValueList<int> Lengths, ValueList<int> Limits)
    : PhysicalNode
{
    /// <summary>Gets the table's name, for messages.</summary>
    public string Table { get; init; } = string.Empty;

    /// <inheritdoc/>
    public override string Describe() =>
        $"check{(NotNull.Count > 0 ? $" not null [{string.Join(", ", NotNull)}]{(DropsNulls ? " or drop" : null)}" : null)}"
        + (Lengths.Count > 0 ? $" length [{string.Join(", ", Lengths)}]" : null);

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new SinkCheckOperator(this);
}
