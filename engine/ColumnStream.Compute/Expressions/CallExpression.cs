using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Expressions;

/// <summary>Applies a function or operator of the function table; arguments already have the parameter types.</summary>
/// <remarks>
/// Operators are functions named by their symbol: <c>+ - * / % = &lt;&gt; &lt; &lt;= &gt; &gt;= || AND OR NOT</c>,
/// <c>IS NULL</c>, <c>IS NOT NULL</c>, <c>IS TRUE</c> … <c>IS DISTINCT FROM</c>, <c>LIKE</c>,
/// <c>BETWEEN</c>, <c>IN</c>,
/// and unary minus is <c>NEGATE</c>. AND and OR take two or more arguments.
/// </remarks>
/// <param name="Function">Canonical upper-case name in the function table.</param>
/// <param name="Arguments">The arguments.</param>
/// <param name="Type">The result type.</param>
public sealed record CallExpression(string Function, ValueList<BoundExpression> Arguments, SqlType Type)
    : BoundExpression(Type)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Function}({string.Join(", ", Arguments)})";
}
