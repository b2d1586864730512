namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Applies a sign or NOT.</summary>
public sealed record UnaryExpression(UnaryOperator Operator, Expression Operand) : Expression;
