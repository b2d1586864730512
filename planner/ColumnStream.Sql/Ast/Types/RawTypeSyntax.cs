using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Types;

/// <summary>Is <c>RAW('class', 'serializer')</c>.</summary>
public sealed record RawTypeSyntax(StringLiteral ClassName, StringLiteral Serializer) : TypeSyntax;
