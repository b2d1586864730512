using System.Linq;

namespace ColumnStream.Compute.Types;

/// <summary>Writes types in full, without the short names that SQL has for some.</summary>
public static class TypeName
{
    /// <summary>Returns the whole text of a type, or null for one that has none: that of a bare NULL.</summary>
    public static string? Full(SqlType type)
    {
        string? name = type.Id switch
        {
            SqlTypeId.Null => null,
            SqlTypeId.VarChar => $"VARCHAR({type.Length})",
            SqlTypeId.VarBinary => $"VARBINARY({type.Length})",
            SqlTypeId.TimestampLtz => $"TIMESTAMP({type.Precision}) WITH LOCAL TIME ZONE",
            SqlTypeId.Timestamp => $"TIMESTAMP({type.Precision})",
            SqlTypeId.Array => Full(type.Element!) is { } element ? $"ARRAY<{element}>" : null,
            SqlTypeId.Multiset => Full(type.Element!) is { } element ? $"MULTISET<{element}>" : null,
            SqlTypeId.Map => Full(type.Key!) is { } key && Full(type.Value!) is { } value ? $"MAP<{key}, {value}>" : null,
            SqlTypeId.Row => Row(type),
            _ => type.Materialized().WithNullable(true).ToString(),
        };
        return name is null || type.Nullable ? name : name + " NOT NULL";
    }

    private static string? Row(SqlType type)
    {
        string?[] fields = [.. type.Fields.Select(f => Full(f.Type) is { } name ? $"`{f.Name}` {name}" : null)];
        return fields.Contains(null) ? null : $"ROW<{string.Join(", ", fields)}>";
    }
}
