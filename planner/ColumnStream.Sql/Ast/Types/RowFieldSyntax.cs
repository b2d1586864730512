namespace ColumnStream.Sql.Ast.Types;

/// <summary>Is one field of a row type.</summary>
public sealed record RowFieldSyntax(Identifier Name, TypeSyntax Type, string? Comment) : SqlNode;
