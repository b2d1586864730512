using System.Globalization;
using System.Numerics;
using ColumnStream.Compute.Expressions;

namespace ColumnStream.Compute.Types;

/// <summary>Bounds the unscaled magnitude of decimal expressions: tighter than their types where integers or constants stand in them.</summary>
internal static class DecimalBounds
{
    /// <summary>Tells whether every value of an expression has at most so many digits.</summary>
    public static bool Fits(BoundExpression expression, int precision) => Most(expression) < BigInteger.Pow(10, precision);

    private static BigInteger Most(BoundExpression expression) => expression switch
    {
        LiteralExpression { Value: { } text } when BigInteger.TryParse(text, CultureInfo.InvariantCulture, out BigInteger value) =>
            BigInteger.Abs(value),
        CastExpression { Type: { Id: SqlTypeId.Decimal, Scale: var scale }, Input.Type: { IsInteger: true } from } =>
            BigInteger.Pow(2, Bits(from) - 1) * BigInteger.Pow(10, scale),
        CallExpression { Function: "*", Type.Scale: var scale } product
            when product.Arguments[0].Type is { Id: SqlTypeId.Decimal } a
                && product.Arguments[1].Type is { Id: SqlTypeId.Decimal } b
                && a.Scale + b.Scale == scale => Most(product.Arguments[0]) * Most(product.Arguments[1]),
        _ => BigInteger.Pow(10, expression.Type.Precision) - 1,
    };

    private static int Bits(SqlType type) => type.Id switch
    {
        SqlTypeId.TinyInt => 8,
        SqlTypeId.SmallInt => 16,
        SqlTypeId.Integer => 32,
        _ => 64,
    };
}
