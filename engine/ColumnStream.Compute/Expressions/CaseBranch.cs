namespace ColumnStream.Compute.Expressions;

/// <summary>Pairs a condition with the value it selects.</summary>
/// <param name="Condition">A BOOLEAN; NULL counts as false.</param>
/// <param name="Value">The value.</param>
public sealed record CaseBranch(BoundExpression Condition, BoundExpression Value);
