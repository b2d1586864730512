using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Takes the single value of a query.</summary>
public sealed record SubqueryExpression(Query Query) : Expression;
