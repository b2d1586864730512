namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Names a table reference and, if the list is not empty, its columns.</summary>
public sealed record TableAlias(Identifier Name, EquatableArray<Identifier> Columns = default) : SqlNode;
