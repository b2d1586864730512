namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is a query in parentheses that has common tables, an order or a limit of its own.</summary>
public sealed record NestedQuery(Query Query) : QueryBody;
