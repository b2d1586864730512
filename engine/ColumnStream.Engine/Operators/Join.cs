using System;
using System.Globalization;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Operators.Join;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Joins all rows of two inputs; columns are the left ones, then the right ones, which semi and anti joins have not.</summary>
/// <param name="Type">Which rows come out.</param>
/// <param name="LeftKeys">Key columns of the first input; none means that all rows meet in one subtask.</param>
/// <param name="RightKeys">Key columns of the second input, of the same types.</param>
/// <param name="NullSafe">For each key whether NULL equals NULL; otherwise NULL matches nothing.</param>
/// <param name="Residual">What else must hold, over the first input's columns, then the second's; null for nothing.</param>
[PlanNode("join", version: 1)]
public sealed record JoinNode(
    JoinType Type,
    ValueList<int> LeftKeys,
    ValueList<int> RightKeys,
    ValueList<bool> NullSafe,
    BoundExpression? Residual) : PhysicalNode
{
    /// <summary>Gets which of the columns come out, in their order; none means all.</summary>
    public ValueList<int> Columns { get; init; }

    /// <summary>Gets how long a left row is kept after its last change, in milliseconds; 0 for ever, −1 undecided.</summary>
    public long LeftTtlMs { get; init; } = -1;

    /// <summary>Gets how long a right row is kept after its last change, in milliseconds; 0 for ever, −1 undecided.</summary>
    public long RightTtlMs { get; init; } = -1;

    /// <summary>Gets whether the first input only inserts: its rows are then never searched.</summary>
    public bool LeftInsertOnly { get; init; }

    /// <summary>Gets whether the second input only inserts: its rows are then never searched.</summary>
    public bool RightInsertOnly { get; init; }

    /// <inheritdoc/>
    public override string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Type.ToString().ToLowerInvariant()} join [{string.Join(", ", LeftKeys)}] = [{string.Join(", ", RightKeys)}]"
        + $"{(NullSafe.Span.IndexOf(true) >= 0 ? " null-safe" : null)}{(Residual is null ? null : $" where {Residual}")}"
        + $"{(LeftTtlMs > 0 ? $" left kept {LeftTtlMs} ms" : null)}{(RightTtlMs > 0 ? $" right kept {RightTtlMs} ms" : null)}"
        + $"{(Columns.Count > 0 ? $" gives [{string.Join(", ", Columns)}]" : null)}");

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() =>
        AppendJoinOperator.Fits(this) ? new AppendJoinOperator(this) : new JoinOperator(this);
}
