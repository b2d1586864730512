namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Tests a range, both ends included; SYMMETRIC allows the ends in either order.</summary>
public sealed record BetweenExpression(
    Expression Operand,
    Expression Low,
    Expression High,
    bool IsNegated,
    bool IsSymmetric = false) : Expression;
