namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Compares a value with the items of a list, such as <c>x &gt; ALL (1, 2)</c>.</summary>
public sealed record QuantifiedListExpression(
    Expression Operand,
    BinaryOperator Operator,
    Quantifier Quantifier,
    EquatableArray<Expression> Items) : Expression;
