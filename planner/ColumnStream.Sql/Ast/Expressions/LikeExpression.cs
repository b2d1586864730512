namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Matches a string against a pattern.</summary>
public sealed record LikeExpression(
    Expression Operand,
    LikeKind Kind,
    Expression Pattern,
    Expression? Escape,
    bool IsNegated) : Expression;
