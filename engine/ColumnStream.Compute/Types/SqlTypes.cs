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
            : from.IsNested && (to.IsText ? PartsBecomeText(from) : CanCastParts(from, to));
    }

    private static bool CanCastParts(SqlType from, SqlType to)
    {
        if (from.Id != to.Id || from.Fields.Count != to.Fields.Count)
        {
            return false;
        }

        for (int i = 0; i < from.Fields.Count; i++)
        {
            if (!CanCast(from.Fields[i].Type, to.Fields[i].Type))
            {
                return false;
            }
        }

        return (from.Element is null || CanCast(from.Element, to.Element!))
            && (from.Key is null || (CanCast(from.Key, to.Key!) && CanCast(from.Value!, to.Value!)));
    }

    private static bool PartsBecomeText(SqlType type)
    {
        foreach (SqlField field in type.Fields.Span)
        {
            if (!CanCast(field.Type, SqlType.String))
            {
                return false;
            }
        }

        return (type.Element is null || CanCast(type.Element, SqlType.String))
            && (type.Key is null || (CanCast(type.Key, SqlType.String) && CanCast(type.Value!, SqlType.String)));
    }
}
