using System.Globalization;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Operators.TimeJoin;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Joins each left row with the last right row of its key that is not younger, a version or the row of ASOF, or with the next one.</summary>
/// <param name="Type">Inner or left.</param>
/// <param name="LeftKeys">Key columns of the first input.</param>
/// <param name="RightKeys">Key columns of the second input, of the same types; with them a row replaces the one before.</param>
/// <param name="LeftTime">Rowtime column of the first input.</param>
/// <param name="RightTime">Rowtime column of the second input.</param>
/// <param name="IsStrict">Whether a right row of the very time of the left one does not count.</param>
/// <param name="Residual">What else must hold of a row and its version, over both inputs' columns; null for nothing.</param>
[PlanNode("temporal-join", version: 1)]
public sealed record TemporalJoinNode(
    JoinType Type,
    ValueList<int> LeftKeys,
    ValueList<int> RightKeys,
    int LeftTime,
    int RightTime,
    bool IsStrict,
    BoundExpression? Residual) : PhysicalNode
{
    /// <summary>Gets whether left rows carry other kinds than +I.</summary>
    public bool LeftUpdates { get; init; }

    /// <summary>Gets the milliseconds after which versions that no row came for, or met, are forgotten; 0 keeps them.</summary>
    public long StateTtlMs { get; init; }

    /// <summary>Gets whether right rows are events and no versions: then they only insert.</summary>
    public bool IsAsof { get; init; }

    /// <summary>Gets whether a left row meets the first right row that is not older, instead of the last that is not younger.</summary>
    public bool IsForward { get; init; }

    /// <inheritdoc/>
    public override string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Type.ToString().ToLowerInvariant()} temporal join [{string.Join(", ", LeftKeys)}] = [{string.Join(", ", RightKeys)}]"
        + $" ${LeftTime} {(IsForward ? "<" : ">")}{(IsStrict ? string.Empty : "=")} ${RightTime}"
        + $"{(Residual is null ? string.Empty : $" where {Residual}")}");

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() =>
        IsForward ? new AsofNextOperator(this) : new TemporalJoinOperator(this);
}
