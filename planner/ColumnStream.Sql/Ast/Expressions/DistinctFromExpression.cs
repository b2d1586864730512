namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Compares by <c>IS [NOT] DISTINCT FROM</c>, for which two NULLs are the same.</summary>
/// <param name="Left">The left operand.</param>
/// <param name="Right">The right operand.</param>
/// <param name="IsNegated">Whether NOT was written, which makes it an equality.</param>
public sealed record DistinctFromExpression(Expression Left, Expression Right, bool IsNegated) : Expression;
