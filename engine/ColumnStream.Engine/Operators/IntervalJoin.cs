using System;
using System.Globalization;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Operators.TimeJoin;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Joins rows of two inputs whose times are near each other: left time − right time ∈ [lower, upper].</summary>
/// <param name="Type">Which rows come out: inner, left, right or full.</param>
/// <param name="LeftKeys">Key columns of the first input; none means that all rows meet in one subtask.</param>
/// <param name="RightKeys">Key columns of the second input, of the same types.</param>
/// <param name="NullSafe">For each key whether NULL equals NULL; otherwise NULL matches nothing.</param>
/// <param name="LeftTime">Rowtime column of the first input, or −1: rows have the time at which they arrive.</param>
/// <param name="RightTime">Rowtime column of the second input, or −1.</param>
/// <param name="LowerMs">Least left time − right time.</param>
/// <param name="UpperMs">Greatest left time − right time; below the least one nothing matches.</param>
/// <param name="Residual">What else must hold, over the first input's columns, then the second's; null for nothing.</param>
[PlanNode("interval-join", version: 1)]
public sealed record IntervalJoinNode(
    JoinType Type,
    ValueList<int> LeftKeys,
    ValueList<int> RightKeys,
    ValueList<bool> NullSafe,
    int LeftTime,
    int RightTime,
    long LowerMs,
    long UpperMs,
    BoundExpression? Residual) : PhysicalNode
{
    /// <summary>Gets by how much the watermark is held back: rows come out that are so much behind it.</summary>
    public long WatermarkDelayMs => LeftTime < 0 ? 0 : Math.Max(0, Math.Max(-LowerMs, UpperMs));

    /// <inheritdoc/>
    public override string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Type.ToString().ToLowerInvariant()} interval join [{string.Join(", ", LeftKeys)}] = [{string.Join(", ", RightKeys)}]"
        + $" {(LeftTime < 0 ? "by arrival" : $"${LeftTime} - ${RightTime}")} in [{LowerMs} ms, {UpperMs} ms]"
        + $"{(Residual is null ? string.Empty : $" where {Residual}")}");

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new IntervalJoinOperator(this);
}
