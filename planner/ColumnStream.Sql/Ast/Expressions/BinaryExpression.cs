namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Applies an arithmetic, concatenating or comparing operator.</summary>
public sealed record BinaryExpression(Expression Left, BinaryOperator Operator, Expression Right) : Expression;
