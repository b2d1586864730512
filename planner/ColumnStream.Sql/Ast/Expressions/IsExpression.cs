namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Tests a value by <c>IS [NOT] ...</c>.</summary>
public sealed record IsExpression(Expression Operand, IsTest Test, bool IsNegated) : Expression;
