namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Asks a multiset: <c>a [NOT] MEMBER OF b</c>, <c>a [NOT] SUBMULTISET OF b</c>.</summary>
/// <param name="Operand">The value, or the smaller multiset.</param>
/// <param name="Collection">The multiset that is asked.</param>
/// <param name="IsSubmultiset">Whether the operand is a multiset itself.</param>
/// <param name="IsNegated">Whether NOT was written.</param>
public sealed record MembershipExpression(
    Expression Operand,
    Expression Collection,
    bool IsSubmultiset,
    bool IsNegated) : Expression;
