using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Operators.SemiJoin;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Asks for each row of the first input whether the second one has a row with equal keys: EXISTS and IN.</summary>
/// <param name="Kind">What becomes of the row.</param>
/// <param name="LeftKeys">Key columns of the first input.</param>
/// <param name="RightKeys">Key columns of the second input, of the same types.</param>
/// <param name="IsNullAware">
/// Whether the last key is the value of IN, whose NULLs make the answer unknown; all others never equal anything when NULL.
/// </param>
[PlanNode("semi-join", version: 1)]
public sealed record SemiJoinNode(SemiJoinKind Kind, ValueList<int> LeftKeys, ValueList<int> RightKeys, bool IsNullAware)
    : PhysicalNode
{
    /// <summary>Gets the milliseconds after which rows and keys that nothing touched are forgotten, or 0.</summary>
    public long StateTtlMs { get; init; }

    /// <inheritdoc/>
    public override string Describe() =>
        $"{Kind.ToString().ToLowerInvariant()} join [{string.Join(", ", LeftKeys)}] = [{string.Join(", ", RightKeys)}]"
        + (IsNullAware ? " with unknown" : string.Empty);

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new SemiJoinOperator(this);
}
