namespace ColumnStream.Sql.Ast.Types;

/// <summary>Is <c>ARRAY&lt;T&gt;</c>, also T ARRAY.</summary>
public sealed record ArrayTypeSyntax(TypeSyntax Element) : TypeSyntax;
