namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is an argument that holds JSON text already: <c>value FORMAT JSON [ENCODING name]</c>.</summary>
public sealed record JsonFormatArgument(Expression Value, Identifier? Encoding = null) : Expression;
