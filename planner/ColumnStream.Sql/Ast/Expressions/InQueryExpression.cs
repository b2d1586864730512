using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Tests membership in the rows of a query.</summary>
public sealed record InQueryExpression(Expression Operand, Query Query, bool IsNegated) : Expression;
