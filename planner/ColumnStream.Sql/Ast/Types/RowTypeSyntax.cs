namespace ColumnStream.Sql.Ast.Types;

/// <summary>Is <c>ROW&lt;name type, ...&gt;</c>, also with round parentheses.</summary>
public sealed record RowTypeSyntax(EquatableArray<RowFieldSyntax> Fields) : TypeSyntax;
