using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is a query whose rows go to the client.</summary>
public sealed record QueryStatement(Query Query) : Statement;
