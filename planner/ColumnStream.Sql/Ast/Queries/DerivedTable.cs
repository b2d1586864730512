namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is a query in FROM; LATERAL lets it see the references before it.</summary>
public sealed record DerivedTable(Query Query, TableAlias? Alias = null, bool IsLateral = false) : TableReference;
