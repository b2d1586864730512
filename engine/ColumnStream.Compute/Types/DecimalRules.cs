using System;

namespace ColumnStream.Compute.Types;

/// <summary>Holds Flink's rules for precision and scale of decimal results, in one place.</summary>
public static class DecimalRules
{
    /// <summary>Returns the type of a sum or difference.</summary>
    public static SqlType Add(SqlType left, SqlType right)
    {
        int scale = Math.Max(left.Scale, right.Scale);
        int integer = Math.Max(left.Precision - left.Scale, right.Precision - right.Scale);
        return Adjust(integer + scale + 1, scale);
    }

    /// <summary>Returns the type of a product.</summary>
    public static SqlType Multiply(SqlType left, SqlType right) =>
        Adjust(left.Precision + right.Precision + 1, left.Scale + right.Scale);

    /// <summary>Returns the type of a quotient.</summary>
    public static SqlType Divide(SqlType left, SqlType right)
    {
        int scale = Math.Max(6, left.Scale + right.Precision + 1);
        return Adjust(left.Precision - left.Scale + right.Scale + scale, scale);
    }

    /// <summary>Returns the type of a remainder.</summary>
    public static SqlType Modulo(SqlType left, SqlType right)
    {
        int scale = Math.Max(left.Scale, right.Scale);
        return Adjust(Math.Min(left.Precision - left.Scale, right.Precision - right.Scale) + scale, scale);
    }

    /// <summary>Returns the type of a value rounded to <paramref name="digits"/> places.</summary>
    public static SqlType Round(SqlType type, int digits) =>
        digits >= type.Scale ? SqlType.Decimal(type.Precision, type.Scale)
        : digits < 0 ? SqlType.Decimal(Math.Min(SqlType.MaxDecimalPrecision, 1 + type.Precision - type.Scale), 0)
        : SqlType.Decimal(Math.Min(SqlType.MaxDecimalPrecision, 1 + type.Precision - type.Scale + digits), digits);

    /// <summary>Returns the type that holds values of both: what CASE, COALESCE and UNION need.</summary>
    public static SqlType Common(SqlType left, SqlType right)
    {
        int scale = Math.Max(left.Scale, right.Scale);
        int integer = Math.Max(left.Precision - left.Scale, right.Precision - right.Scale);
        return SqlType.Decimal(Math.Min(SqlType.MaxDecimalPrecision, integer + scale), scale);
    }

    /// <summary>Returns the decimal that an exact numeric type counts as; decimals are themselves.</summary>
    public static SqlType Of(SqlType type) => type.Id switch
    {
        SqlTypeId.Decimal => type,
        SqlTypeId.TinyInt => SqlType.Decimal(3, 0).WithNullable(type.Nullable),
        SqlTypeId.SmallInt => SqlType.Decimal(5, 0).WithNullable(type.Nullable),
        SqlTypeId.Integer => SqlType.Decimal(10, 0).WithNullable(type.Nullable),
        SqlTypeId.BigInt => SqlType.Decimal(19, 0).WithNullable(type.Nullable),
        _ => throw new ArgumentException($"Type is not exact: {type}."),
    };

    /// <summary>Cuts a precision above 38, giving up fraction digits but the first six.</summary>
    private static SqlType Adjust(int precision, int scale)
    {
        if (precision <= SqlType.MaxDecimalPrecision)
        {
            return SqlType.Decimal(precision, scale);
        }

        int least = Math.Min(scale, 6);
        return SqlType.Decimal(
            SqlType.MaxDecimalPrecision, Math.Max(SqlType.MaxDecimalPrecision - (precision - scale), least));
    }
}
