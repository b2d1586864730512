namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is syntax that makes rows: SELECT, VALUES, TABLE, a set operation, or a query in parentheses.</summary>
public abstract record QueryBody : SqlNode;
