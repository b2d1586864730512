namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Takes an element of an array, map or row: <c>a[1]</c>.</summary>
public sealed record ElementAccess(Expression Operand, Expression Index) : Expression;
