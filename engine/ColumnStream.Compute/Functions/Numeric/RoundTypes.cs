using System;
using System.Globalization;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Gives ROUND and TRUNCATE their types: a decimal has the constant places, and keeps its type for others.</summary>
internal static class RoundTypes
{
    public static FunctionBinding? Bind(ReadOnlySpan<BoundExpression> arguments)
    {
        var types = new SqlType[arguments.Length];
        for (int i = 0; i < types.Length; i++)
        {
            types[i] = arguments[i].Type;
        }

        bool mayBeConstant = types.Length == 2 && types[0].Id == SqlTypeId.Decimal && types[1].IsInteger;
        return Bind(types, mayBeConstant ? Places(arguments[1]) : null);
    }

    public static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments, int? places)
    {
        if (arguments.Length is < 1 or > 2 || !arguments[0].IsNumeric
            || (arguments.Length == 2 && !arguments[1].IsInteger && arguments[1].Id != SqlTypeId.Null))
        {
            return null;
        }

        SqlType type = arguments[0].Materialized();
        if (arguments.Length == 1)
        {
            SqlType whole = type.Id == SqlTypeId.Decimal ? DecimalRules.Round(type, 0) : type;
            return new FunctionBinding([type], whole.WithNullable(type.Nullable));
        }

        bool nullable = arguments[1].Nullable || arguments[1].Id == SqlTypeId.Null;
        SqlType result = type.Id == SqlTypeId.Decimal && places is { } known ? DecimalRules.Round(type, known) : type;
        return new FunctionBinding(
            [type, SqlType.Integer.WithNullable(nullable)], result.WithNullable(type.Nullable || nullable));
    }

    private static int? Places(BoundExpression argument) =>
        ConstantFolder.Constant(argument) is { Value: { } text }
            ? (int)Math.Clamp(long.Parse(text, CultureInfo.InvariantCulture), int.MinValue, int.MaxValue) : null;
}
