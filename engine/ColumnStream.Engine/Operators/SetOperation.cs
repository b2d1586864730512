using ColumnStream.Engine.Operators.SetOperation;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Compares whole rows of two inputs, NULLs equal: INTERSECT and EXCEPT.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="IsAll">Whether rows count: with ALL a row stands as often as both sides together say, else once.</param>
[PlanNode("set-operation", version: 1)]
public sealed record SetOperationNode(SetOperationKind Kind, bool IsAll) : PhysicalNode
{
    /// <summary>Gets the milliseconds after which a row that neither side changes is forgotten; 0 keeps it for ever.</summary>
    public long StateTtlMs { get; init; }

    /// <inheritdoc/>
    public override string Describe() => Kind.ToString().ToLowerInvariant() + (IsAll ? " all" : string.Empty);

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new SetOperationOperator(this);
}
