namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Strips characters, blanks when <paramref name="Characters"/> is null, from the ends of a string.</summary>
public sealed record TrimExpression(TrimSide Side, Expression? Characters, Expression Operand) : Expression;
