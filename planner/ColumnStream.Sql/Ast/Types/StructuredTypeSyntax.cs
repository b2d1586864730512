using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Types;

/// <summary>Is <c>STRUCTURED&lt;'class', name type, ...&gt;</c>.</summary>
public sealed record StructuredTypeSyntax(StringLiteral ClassName, EquatableArray<RowFieldSyntax> Fields) : TypeSyntax;
