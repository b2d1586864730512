namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Chooses by conditions, or by comparing <paramref name="Operand"/> when it is there.</summary>
public sealed record CaseExpression(Expression? Operand, EquatableArray<WhenClause> Whens, Expression? Else)
    : Expression;
