using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>AS query</c>, of a view or a materialized table.</summary>
public sealed record ChangeQueryAction(Query Query) : AlterAction;
