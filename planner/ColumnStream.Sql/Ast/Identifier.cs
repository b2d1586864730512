namespace ColumnStream.Sql.Ast;

/// <summary>Is one name, unquoted and with its case kept.</summary>
public sealed record Identifier(string Value) : SqlNode;
