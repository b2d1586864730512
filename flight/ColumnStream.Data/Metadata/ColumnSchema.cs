using System;
using System.Collections.Generic;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ColumnStream.Arrow.Types;
using ColumnStream.Data.Values;
using ColumnStream.Flight.Sql.Metadata;

namespace ColumnStream.Data.Metadata;

/// <summary>Describes a column of a result in ADO.NET's words.</summary>
internal sealed class ColumnSchema : DbColumn
{
    /// <summary>Describes a field of a result.</summary>
    public ColumnSchema(Field field, int ordinal, [DynamicallyAccessedMembers(ColumnReader.Members)] Type type)
    {
        ColumnName = field.Name;
        ColumnOrdinal = ordinal;
        DataType = type;
        DataTypeName = TypeNameOf(field);
        AllowDBNull = field.Nullable;
        IsReadOnly = true;
        IsLong = false;
        BaseCatalogName = ColumnMetadata.Get(field, "CATALOG_NAME");
        BaseSchemaName = ColumnMetadata.Get(field, "DB_SCHEMA_NAME");
        BaseTableName = ColumnMetadata.Get(field, "TABLE_NAME");
        bool isDecimal = field.Type.Id is TypeId.Decimal32 or TypeId.Decimal64 or TypeId.Decimal128 or TypeId.Decimal256;
        NumericPrecision = isDecimal ? field.Type.Precision : Number(field, "PRECISION");
        NumericScale = isDecimal ? field.Type.Scale : Number(field, "SCALE");
        ColumnSize = field.Type.ByteWidth > 0 ? field.Type.ByteWidth : field.Type.Id == TypeId.Bool ? 1 : -1;
    }

    /// <summary>Gives the SQL type that the server names, or Arrow's where it names none.</summary>
    public static string TypeNameOf(Field field) => ColumnMetadata.Get(field, "TYPE_NAME") ?? field.Type.ToString();

    /// <summary>Gives the columns as a table, for callers of older interfaces.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2111", Justification = "A column of types: its own values are not reflected on.")]
    public static DataTable TableOf(IEnumerable<DbColumn> columns)
    {
        var table = new DataTable("SchemaTable") { Locale = CultureInfo.InvariantCulture };
        table.Columns.Add(SchemaTableColumn.ColumnName, typeof(string));
        table.Columns.Add(SchemaTableColumn.ColumnOrdinal, typeof(int));
        table.Columns.Add(SchemaTableColumn.ColumnSize, typeof(int));
        table.Columns.Add(SchemaTableColumn.NumericPrecision, typeof(int));
        table.Columns.Add(SchemaTableColumn.NumericScale, typeof(int));
        table.Columns.Add(SchemaTableColumn.DataType, typeof(Type));
        table.Columns.Add("DataTypeName", typeof(string));
        table.Columns.Add(SchemaTableColumn.AllowDBNull, typeof(bool));
        table.Columns.Add(SchemaTableColumn.IsKey, typeof(bool));
        table.Columns.Add(SchemaTableColumn.IsUnique, typeof(bool));
        table.Columns.Add(SchemaTableColumn.IsLong, typeof(bool));
        table.Columns.Add(SchemaTableOptionalColumn.IsReadOnly, typeof(bool));
        table.Columns.Add(SchemaTableOptionalColumn.BaseCatalogName, typeof(string));
        table.Columns.Add(SchemaTableColumn.BaseSchemaName, typeof(string));
        table.Columns.Add(SchemaTableColumn.BaseTableName, typeof(string));
        foreach (DbColumn column in columns)
        {
            table.Rows.Add(
                column.ColumnName, column.ColumnOrdinal, column.ColumnSize, column.NumericPrecision,
                column.NumericScale, column.DataType,
                column.DataTypeName, column.AllowDBNull, false, false, false, true, column.BaseCatalogName, column.BaseSchemaName,
                column.BaseTableName);
        }

        return table;
    }

    private static int? Number(Field field, string key) =>
        int.TryParse(ColumnMetadata.Get(field, key), CultureInfo.InvariantCulture, out int number) ? number : null;
}
