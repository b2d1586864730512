namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is a column with its place in the table: first, behind another, or, when neither is written, as it comes.</summary>
public sealed record PlacedColumn(ColumnDefinition Column, bool IsFirst = false, QualifiedName? After = null) : SqlNode;
