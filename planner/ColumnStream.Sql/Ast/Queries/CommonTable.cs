namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is one named query of WITH.</summary>
public sealed record CommonTable(Identifier Name, EquatableArray<Identifier> Columns, Query Query) : SqlNode;
