using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Compares a value with the rows of a query, such as <c>x &gt; ALL (SELECT ...)</c>.</summary>
public sealed record QuantifiedExpression(
    Expression Operand,
    BinaryOperator Operator,
    Quantifier Quantifier,
    Query Query) : Expression;
