namespace ColumnStream.Sql.Ast.Types;

/// <summary>Is a type without parts.</summary>
/// <param name="Name">The type.</param>
/// <param name="Precision">The precision, length or fraction digits when written.</param>
/// <param name="Scale">The scale of DECIMAL when written.</param>
public sealed record ScalarTypeSyntax(ScalarTypeName Name, int? Precision = null, int? Scale = null) : TypeSyntax;
