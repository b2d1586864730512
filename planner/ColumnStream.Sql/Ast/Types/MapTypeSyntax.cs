namespace ColumnStream.Sql.Ast.Types;

/// <summary>Is <c>MAP&lt;K, V&gt;</c>.</summary>
public sealed record MapTypeSyntax(TypeSyntax Key, TypeSyntax Value) : TypeSyntax;
