namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Compares two periods, each a row of two: <c>(a, b) OVERLAPS (c, d)</c>; PERIOD(a, b) is the row (a, b).</summary>
public sealed record PeriodExpression(Expression Left, PeriodPredicate Predicate, Expression Right) : Expression;
