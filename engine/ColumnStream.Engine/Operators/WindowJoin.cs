using System.Globalization;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Operators.TimeJoin;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Joins the rows of equal windows when the window closes; the bounds of the window are among the keys.</summary>
/// <param name="Type">Which rows come out; semi and anti joins have the left columns only.</param>
/// <param name="LeftKeys">Key columns of the first input, start and end of its windows included.</param>
/// <param name="RightKeys">Key columns of the second input, of the same types.</param>
/// <param name="NullSafe">For each key whether NULL equals NULL; otherwise NULL matches nothing.</param>
/// <param name="LeftEnd">Column of the first input that is the end of its window.</param>
/// <param name="RightEnd">Column of the second input that is the end of its window.</param>
/// <param name="Residual">What else must hold, over the first input's columns, then the second's; null for nothing.</param>
[PlanNode("window-join", version: 1)]
public sealed record WindowJoinNode(
    JoinType Type,
    ValueList<int> LeftKeys,
    ValueList<int> RightKeys,
    ValueList<bool> NullSafe,
    int LeftEnd,
    int RightEnd,
    BoundExpression? Residual) : PhysicalNode
{
    /// <summary>Gets whether the ends are local time of the session's zone: watermarks are instants.</summary>
    public bool IsLocal { get; init; }

    /// <inheritdoc/>
    public override string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Type.ToString().ToLowerInvariant()} window join [{string.Join(", ", LeftKeys)}] = [{string.Join(", ", RightKeys)}]"
        + $" ending ${LeftEnd}{(Residual is null ? string.Empty : $" where {Residual}")}");

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new WindowJoinOperator(this);
}
