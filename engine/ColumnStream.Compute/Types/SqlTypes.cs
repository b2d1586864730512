namespace ColumnStream.Compute.Types;

/// <summary>Holds the matrix of explicit CASTs.</summary>
public static class SqlTypes
{
    /// <summary>Tells whether CAST(from AS to) is allowed.</summary>
    public static bool CanCast(SqlType from, SqlType to)
    {
        if (from.Id == SqlTypeId.Null || from.WithNullable(true) == to.WithNullable(true))
        {
            return to.Id != SqlTypeId.Null || from.Id == SqlTypeId.Null;
        }

        return from.Id switch
        {
            SqlTypeId.Boolean => to.Id == SqlTypeId.Boolean || to.IsNumeric || to.IsText,
            SqlTypeId.Char or SqlTypeId.VarChar => IsSimple(to),
            SqlTypeId.Binary or SqlTypeId.VarBinary => to.IsText || TypeCoercion.IsBinary(to),
            SqlTypeId.Date => to.IsText || to.Id == SqlTypeId.Date || to.IsTimestamp,
            SqlTypeId.Time => to.IsText || to.Id == SqlTypeId.Time || to.IsTimestamp,
            SqlTypeId.Timestamp or SqlTypeId.TimestampLtz => to.IsText || TypeCoercion.IsTemporal(to),
            SqlTypeId.IntervalYearMonth or SqlTypeId.IntervalDayTime =>
                to.IsText || to.Id == from.Id || to.Id is SqlTypeId.Integer or SqlTypeId.BigInt,
            SqlTypeId.Array or SqlTypeId.Row => TypeCoercion.CanCastImplicitly(from, to),
            _ when from.IsNumeric => to.Id == SqlTypeId.Boolean || to.IsNumeric || to.IsText
                || (from.IsInteger && TypeCoercion.IsInterval(to)),
            _ => false,
        };
    }

    /// <summary>Tells whether the cast can fail at run time: reading text as something else.</summary>
    public static bool CastCanFail(SqlType from, SqlType to) =>
        (from.IsText && !to.IsText && !TypeCoercion.IsBinary(to))
        || (from.IsApproximate && to.Id == SqlTypeId.Decimal);

    private static bool IsSimple(SqlType to) =>
        to.IsText || to.IsNumeric || to.Id == SqlTypeId.Boolean || TypeCoercion.IsBinary(to)
            || TypeCoercion.IsTemporal(to);
}
