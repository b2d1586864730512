namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Counts units of time by a value known later: <c>INTERVAL n DAY</c>, <c>INTERVAL (a + 1) HOUR</c>.</summary>
/// <remarks>A sign in front of the value is a unary operator around it.</remarks>
public sealed record IntervalExpression(Expression Operand, IntervalQualifier Qualifier) : Expression;
