using System;
using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight.Sql.Backend;

namespace ColumnStream.Flight.Sql.Metadata;

/// <summary>Writes what Flight SQL says of a column into its field's metadata, and reads it back.</summary>
public static class ColumnMetadata
{
    /// <summary>Begins every key.</summary>
    public const string Prefix = "ARROW:FLIGHT:SQL:";

    /// <summary>
    /// Gives a table's columns with their metadata; the schema's name stands under both keys that readers look for.
    /// </summary>
    public static Schema SchemaOf(SqlTable table)
    {
        List<Field> fields = [];
        foreach (SqlColumn column in table.Columns)
        {
            fields.Add(FieldOf(column, table));
        }

        return new Schema(ValueList.From(fields));
    }

    /// <summary>Gives a column's field with its metadata; <paramref name="table"/> is null for what no table has.</summary>
    public static Field FieldOf(SqlColumn column, SqlTable? table = null)
    {
        List<MetadataEntry> entries = [.. column.Field.Metadata];
        if (table is not null)
        {
            Add("CATALOG_NAME", table.Catalog);
            Add("SCHEMA_NAME", table.Schema);
            Add("DB_SCHEMA_NAME", table.Schema);
            Add("TABLE_NAME", table.Name);
        }

        Add("TYPE_NAME", column.TypeName);
        Add("PRECISION", column.Precision?.ToString(CultureInfo.InvariantCulture));
        Add("SCALE", column.Scale?.ToString(CultureInfo.InvariantCulture));
        Add("IS_AUTO_INCREMENT", "0");
        Add("IS_CASE_SENSITIVE", column.Field.Type.Id is TypeId.Utf8 or TypeId.Utf8View or TypeId.LargeUtf8 ? "1" : "0");
        Add("IS_READ_ONLY", column.IsReadOnly ? "1" : "0");
        Add("IS_SEARCHABLE", "1");
        Add("REMARKS", column.Remarks);
        return column.Field with { Metadata = ValueList.From(entries) };

        void Add(string key, string? value)
        {
            if (value is not null)
            {
                entries.Add(new MetadataEntry(Prefix + key, value));
            }
        }
    }

    /// <summary>Gives the value under a key without its prefix, such as TYPE_NAME, or null.</summary>
    public static string? Get(Field field, string key)
    {
        foreach (MetadataEntry entry in field.Metadata)
        {
            if (entry.Key.StartsWith(Prefix, StringComparison.Ordinal) && entry.Key.AsSpan(Prefix.Length).SequenceEqual(key))
            {
                return entry.Value;
            }
        }

        return null;
    }
}
