namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is a byte string, written <c>X'0AFF'</c>.</summary>
public sealed record BinaryLiteral(EquatableArray<byte> Value) : Expression;
