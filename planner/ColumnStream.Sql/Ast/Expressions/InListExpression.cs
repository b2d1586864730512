namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Tests membership in a list of expressions.</summary>
public sealed record InListExpression(Expression Operand, EquatableArray<Expression> Items, bool IsNegated)
    : Expression;
