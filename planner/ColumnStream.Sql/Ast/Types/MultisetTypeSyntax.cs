namespace ColumnStream.Sql.Ast.Types;

/// <summary>Is <c>MULTISET&lt;T&gt;</c>, also T MULTISET.</summary>
public sealed record MultisetTypeSyntax(TypeSyntax Element) : TypeSyntax;
