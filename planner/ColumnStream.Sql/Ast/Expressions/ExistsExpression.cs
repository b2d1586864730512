using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Asks whether a query has a row.</summary>
public sealed record ExistsExpression(Query Query) : Expression;
