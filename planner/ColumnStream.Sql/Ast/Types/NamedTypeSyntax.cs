namespace ColumnStream.Sql.Ast.Types;

/// <summary>Is a type known only by name.</summary>
public sealed record NamedTypeSyntax(QualifiedName Name) : TypeSyntax;
