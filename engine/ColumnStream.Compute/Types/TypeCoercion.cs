using System;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Compute.Types;

/// <summary>Decides common types and which casts the binder may insert by itself.</summary>
public static class TypeCoercion
{
    /// <summary>
    /// Returns the least type that holds values of both sides, nullable if either is; null when there is none.
    /// </summary>
    public static SqlType? CommonType(SqlType left, SqlType right)
    {
        bool nullable = left.Nullable || right.Nullable || left.Id == SqlTypeId.Null || right.Id == SqlTypeId.Null;
        if (left.Id == SqlTypeId.Null)
        {
            return right.Materialized().WithNullable(nullable);
        }

        if (right.Id == SqlTypeId.Null || left.WithNullable(true) == right.WithNullable(true))
        {
            return (left == right ? left : left.Materialized()).WithNullable(nullable);
        }

        SqlType? common = left.IsNumeric && right.IsNumeric ? Numeric(left, right)
            : left.IsText && right.IsText ? Text(left, right)
            : IsBinary(left) && IsBinary(right) ? Binary(left, right)
            : IsTemporal(left) && IsTemporal(right) ? Temporal(left, right)
            : left.Id == right.Id ? Same(left, right)
            : null;
        return common?.WithNullable(nullable);
    }

    /// <summary>Returns the least type that holds values of all; null when there is none.</summary>
    public static SqlType? CommonType(ReadOnlySpan<SqlType> types)
    {
        SqlType? common = types.IsEmpty ? null : types[0];
        for (int i = 1; i < types.Length && common is not null; i++)
        {
            common = CommonType(common, types[i]);
        }

        return common;
    }

    /// <summary>Returns the type in which two values compare; text beside a temporal value is read as that.</summary>
    public static SqlType? ComparisonType(SqlType left, SqlType right)
    {
        if (left.IsText && IsTemporal(right))
        {
            return right.Materialized().WithNullable(left.Nullable || right.Nullable);
        }

        if (right.IsText && IsTemporal(left))
        {
            return left.Materialized().WithNullable(left.Nullable || right.Nullable);
        }

        return CommonType(left, right);
    }

    /// <summary>Tells whether the binder may insert a cast without being asked.</summary>
    public static bool CanCastImplicitly(SqlType from, SqlType to)
    {
        if (from.Id == SqlTypeId.Null)
        {
            return true;
        }

        if (CastTable.Has(from.Id) && CastTable.Has(to.Id))
        {
            return CastTable.Of(from.Id, to.Id) == CastKind.Implicit;
        }

        return from.Id switch
        {
            SqlTypeId.Array or SqlTypeId.Multiset => to.Id == from.Id && CanCastImplicitly(from.Element!, to.Element!),
            SqlTypeId.Map => to.Id == SqlTypeId.Map
                && CanCastImplicitly(from.Key!, to.Key!) && CanCastImplicitly(from.Value!, to.Value!),
            SqlTypeId.Row => to.Id == SqlTypeId.Row && RowFits(from, to),
            _ => from.Id == to.Id,
        };
    }

    /// <summary>Tells whether the type is DATE, TIME, TIMESTAMP or TIMESTAMP_LTZ.</summary>
    public static bool IsTemporal(SqlType type) => type.Id is >= SqlTypeId.Date and <= SqlTypeId.TimestampLtz;

    /// <summary>Tells whether the type is an interval.</summary>
    public static bool IsInterval(SqlType type) =>
        type.Id is SqlTypeId.IntervalYearMonth or SqlTypeId.IntervalDayTime;

    /// <summary>Tells whether the type is BINARY or VARBINARY.</summary>
    public static bool IsBinary(SqlType type) => type.Id is SqlTypeId.Binary or SqlTypeId.VarBinary;

    private static SqlType Numeric(SqlType left, SqlType right)
    {
        if (left.IsInteger && right.IsInteger)
        {
            return left.Id >= right.Id ? left : right;
        }

        if (left.IsApproximate || right.IsApproximate)
        {
            bool decimals = left.Id == SqlTypeId.Decimal || right.Id == SqlTypeId.Decimal;
            bool doubles = left.Id == SqlTypeId.Double || right.Id == SqlTypeId.Double;
            return decimals || doubles ? SqlType.Double : SqlType.Float;
        }

        return DecimalRules.Common(DecimalRules.Of(left), DecimalRules.Of(right));
    }

    private static SqlType Text(SqlType left, SqlType right) =>
        left.Id == SqlTypeId.Char && right.Id == SqlTypeId.Char && left.Length == right.Length
            ? left : SqlType.VarChar(Math.Max(left.Length, right.Length));

    private static SqlType Binary(SqlType left, SqlType right) =>
        new(SqlTypeId.VarBinary) { Length = Math.Max(left.Length, right.Length) };

    private static SqlType? Temporal(SqlType left, SqlType right)
    {
        if (left.Id == SqlTypeId.Time || right.Id == SqlTypeId.Time)
        {
            return left.Id == right.Id ? SqlType.Time(Math.Max(left.Precision, right.Precision)) : null;
        }

        int precision = Math.Max(left.Precision, right.Precision);
        return left.Id == SqlTypeId.TimestampLtz || right.Id == SqlTypeId.TimestampLtz
            ? SqlType.TimestampLtz(precision)
            : left.Id == SqlTypeId.Date && right.Id == SqlTypeId.Date ? SqlType.Date : SqlType.Timestamp(precision);
    }

    private static SqlType? Same(SqlType left, SqlType right)
    {
        switch (left.Id)
        {
            case SqlTypeId.Array:
                return CommonType(left.Element!, right.Element!) is { } element ? SqlType.Array(element) : null;
            case SqlTypeId.Multiset:
                return CommonType(left.Element!, right.Element!) is { } member ? SqlType.Multiset(member) : null;
            case SqlTypeId.Map:
                return CommonType(left.Key!, right.Key!) is { } key && CommonType(left.Value!, right.Value!) is { } value
                    ? SqlType.Map(key, value) : null;
            case SqlTypeId.Row when left.Fields.Count == right.Fields.Count:
                var fields = new SqlField[left.Fields.Count];
                for (int i = 0; i < fields.Length; i++)
                {
                    if (CommonType(left.Fields[i].Type, right.Fields[i].Type) is not { } type)
                    {
                        return null;
                    }

                    fields[i] = new SqlField(left.Fields[i].Name, type);
                }

                return SqlType.Row(ValueList.Create<SqlField>(fields));
            case SqlTypeId.Row:
                return null;
            default:
                return left.Materialized();
        }
    }

    private static bool RowFits(SqlType from, SqlType to)
    {
        if (from.Fields.Count != to.Fields.Count)
        {
            return false;
        }

        for (int i = 0; i < from.Fields.Count; i++)
        {
            if (!CanCastImplicitly(from.Fields[i].Type, to.Fields[i].Type))
            {
                return false;
            }
        }

        return true;
    }
}
