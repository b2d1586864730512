namespace ColumnStream.Compute.Types;

/// <summary>Answers which explicit CASTs there are.</summary>
public static class SqlTypes
{
    /// <summary>Tells whether CAST(from AS to) is allowed.</summary>
    public static bool CanCast(SqlType from, SqlType to)
    {
        if (from.Id == SqlTypeId.Null || from.WithNullable(true) == to.WithNullable(true))
        {
            return to.Id != SqlTypeId.Null || from.Id == SqlTypeId.Null;
        }

        return CastTable.Has(from.Id) && CastTable.Has(to.Id)
            ? CastTable.Of(from.Id, to.Id) != CastKind.None
            : TypeCoercion.CanCastImplicitly(from, to);
    }
}
