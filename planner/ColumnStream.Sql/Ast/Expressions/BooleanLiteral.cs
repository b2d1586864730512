namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is TRUE or FALSE.</summary>
public sealed record BooleanLiteral(bool Value) : Expression;
