namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is one column of CREATE TABLE.</summary>
public abstract record ColumnDefinition(Identifier Name, string? Comment) : SqlNode;
