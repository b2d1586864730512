using System;
using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Types;
using ColumnStream.Data.Values;
using ColumnStream.Flight.Sql.Metadata;

namespace ColumnStream.Data.Metadata;

/// <summary>
/// Answers <see cref="DbConnection.GetSchema(string, string[])"/>: ADO.NET's common collections and those of tables and columns.
/// </summary>
internal static class SchemaCollections
{
    /// <summary>Lists the collections in the order of their list, with the names of their restrictions.</summary>
    private static readonly (string Name, string[] Restrictions, int NameParts)[] All =
    [
        (DbMetaDataCollectionNames.MetaDataCollections, [], 0),
        (DbMetaDataCollectionNames.DataSourceInformation, [], 0),
        (DbMetaDataCollectionNames.DataTypes, [], 0),
        (DbMetaDataCollectionNames.Restrictions, [], 0),
        (DbMetaDataCollectionNames.ReservedWords, [], 0),
        ("Catalogs", ["Catalog"], 1),
        ("Databases", ["Catalog", "Database"], 2),
        ("Tables", ["Catalog", "Database", "Table", "TableType"], 3),
        ("Views", ["Catalog", "Database", "Table"], 3),
        ("Columns", ["Catalog", "Database", "Table", "Column"], 4),
        ("PrimaryKeys", ["Catalog", "Database", "Table"], 3),
    ];

    /// <summary>Gives a collection.</summary>
    /// <exception cref="ArgumentException">The collection does not exist, or has fewer restrictions than are given.</exception>
    public static async Task<DataTable> GetAsync(
        ColumnStreamConnection connection, string name, string?[] restrictions, CancellationToken cancellation)
    {
        (string Name, string[] Restrictions, int NameParts) collection =
            Array.Find(All, c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase));
        if (collection.Name is null)
        {
            throw new ArgumentException(
                $"There is no collection '{name}'. There are {string.Join(", ", Array.ConvertAll(All, c => c.Name))}.",
                nameof(name));
        }

        if (restrictions.Length > collection.Restrictions.Length)
        {
            throw new ArgumentException(
                $"Collection {collection.Name} has {collection.Restrictions.Length} restrictions, "
                + $"{restrictions.Length} were given.",
                nameof(restrictions));
        }

        string? Restriction(int i) => i < restrictions.Length ? restrictions[i] : null;
        return collection.Name switch
        {
            "MetaDataCollections" => Collections(),
            "Restrictions" => Restrictions(),
            "DataSourceInformation" => await InformationAsync(connection, cancellation).ConfigureAwait(false),
            "DataTypes" => await TypesAsync(connection, cancellation).ConfigureAwait(false),
            "ReservedWords" => await WordsAsync(connection, cancellation).ConfigureAwait(false),
            "Catalogs" => Filter(
                await MetadataTables.ReadAsync(
                    connection, o => connection.Client.CatalogsAsync(o), name, cancellation).ConfigureAwait(false),
                ("catalog_name", Restriction(0))),
            "Databases" => Filter(
                await MetadataTables.ReadAsync(
                    connection, o => connection.Client.SchemasAsync(Restriction(0), null, o), name, cancellation)
                    .ConfigureAwait(false),
                ("db_schema_name", Restriction(1))),
            "Tables" => await TablesAsync(
                connection, collection.Name, restrictions, Restriction(3), cancellation).ConfigureAwait(false),
            "Views" => await TablesAsync(connection, collection.Name, restrictions, "VIEW", cancellation).ConfigureAwait(false),
            "Columns" => await ColumnsAsync(connection, restrictions, cancellation).ConfigureAwait(false),
            _ => await MetadataTables.ReadAsync(
                connection,
                o => connection.Client.PrimaryKeysAsync(
                    Restriction(0), Restriction(1),
                    Restriction(2) ?? throw new ArgumentException("Collection PrimaryKeys needs its restriction Table."), o),
                name, cancellation).ConfigureAwait(false),
        };
    }

    /// <summary>Escapes a name so that a pattern means it alone.</summary>
    public static string? Exactly(string? name) => name?
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("%", "\\%", StringComparison.Ordinal)
        .Replace("_", "\\_", StringComparison.Ordinal);

    private static DataTable Table(string name, params (string Name, Type Type)[] columns)
    {
        var table = new DataTable(name) { Locale = CultureInfo.InvariantCulture };
        foreach ((string column, Type type) in columns)
        {
            table.Columns.Add(column, type);
        }

        return table;
    }

    private static DataTable Filter(DataTable table, params (string Column, string? Value)[] wanted)
    {
        for (int row = table.Rows.Count - 1; row >= 0; row--)
        {
            foreach ((string column, string? value) in wanted)
            {
                if (value is not null && !value.Equals(table.Rows[row][column]))
                {
                    table.Rows.RemoveAt(row);
                    break;
                }
            }
        }

        return table;
    }

    private static DataTable Collections()
    {
        DataTable table = Table(
            "MetaDataCollections",
            ("CollectionName", typeof(string)), ("NumberOfRestrictions", typeof(int)), ("NumberOfIdentifierParts", typeof(int)));
        foreach ((string name, string[] restrictions, int parts) in All)
        {
            table.Rows.Add(name, restrictions.Length, parts);
        }

        return table;
    }

    private static DataTable Restrictions()
    {
        DataTable table = Table(
            "Restrictions",
            ("CollectionName", typeof(string)), ("RestrictionName", typeof(string)), ("RestrictionDefault", typeof(string)),
            ("RestrictionNumber", typeof(int)));
        foreach ((string name, string[] restrictions, int _) in All)
        {
            for (int i = 0; i < restrictions.Length; i++)
            {
                table.Rows.Add(name, restrictions[i], null, i + 1);
            }
        }

        return table;
    }

    private static async Task<DataTable> InformationAsync(ColumnStreamConnection connection, CancellationToken cancellation)
    {
        string product = await MetadataTables.InfoTextAsync(connection, 0, cancellation).ConfigureAwait(false);
        string version = await MetadataTables.InfoTextAsync(connection, 1, cancellation).ConfigureAwait(false);
        string quote = await MetadataTables.InfoTextAsync(connection, 504, cancellation).ConfigureAwait(false);
        DataTable table = Table(
            "DataSourceInformation",
            ("CompositeIdentifierSeparatorPattern", typeof(string)), ("DataSourceProductName", typeof(string)),
            ("DataSourceProductVersion", typeof(string)), ("DataSourceProductVersionNormalized", typeof(string)),
            ("GroupByBehavior", typeof(int)), ("IdentifierPattern", typeof(string)), ("IdentifierCase", typeof(int)),
            ("OrderByColumnsInSelect", typeof(bool)), ("ParameterMarkerFormat", typeof(string)),
            ("ParameterMarkerPattern", typeof(string)), ("ParameterNameMaxLength", typeof(int)),
            ("ParameterNamePattern", typeof(string)), ("QuotedIdentifierPattern", typeof(string)),
            ("QuotedIdentifierCase", typeof(int)), ("StatementSeparatorPattern", typeof(string)),
            ("StringLiteralPattern", typeof(string)), ("SupportedJoinOperators", typeof(int)));
        table.Rows.Add(
            "\\.", product, version, version, (int)GroupByBehavior.MustContainAll, "[A-Za-z_][A-Za-z0-9_$]*",
            (int)IdentifierCase.Sensitive, false,
            "@{0}", "@[A-Za-z_][A-Za-z0-9_]*", 128, "[A-Za-z_][A-Za-z0-9_]*", $"{quote}(([^{quote}]|{quote}{quote})*){quote}",
            (int)IdentifierCase.Sensitive, ";", "'(([^']|'')*)'",
            (int)(SupportedJoinOperators.Inner | SupportedJoinOperators.LeftOuter
                | SupportedJoinOperators.RightOuter | SupportedJoinOperators.FullOuter));
        return table;
    }

    private static async Task<DataTable> TypesAsync(ColumnStreamConnection connection, CancellationToken cancellation)
    {
        DataTable server = await MetadataTables.ReadAsync(
            connection, o => connection.Client.TypeInfoAsync(null, o), "DataTypes", cancellation)
            .ConfigureAwait(false);
        DataTable table = Table(
            "DataTypes",
            ("TypeName", typeof(string)), ("ProviderDbType", typeof(int)), ("ColumnSize", typeof(long)),
            ("CreateFormat", typeof(string)), ("CreateParameters", typeof(string)), ("DataType", typeof(string)),
            ("IsAutoIncrementable", typeof(bool)), ("IsCaseSensitive", typeof(bool)), ("IsNullable", typeof(bool)),
            ("IsSearchable", typeof(bool)), ("IsUnsigned", typeof(bool)), ("MaximumScale", typeof(short)),
            ("MinimumScale", typeof(short)), ("LiteralPrefix", typeof(string)), ("LiteralSuffix", typeof(string)));
        foreach (DataRow row in server.Rows)
        {
            string name = (string)row["type_name"];
            string parameters = row["create_params"] is string[] items ? string.Join(", ", items) : string.Empty;
            table.Rows.Add(
                name, row["data_type"], row["column_size"] is int size ? (long)size : null,
                parameters.Length == 0 ? name : $"{name}({{{parameters.Replace(", ", "}, {", StringComparison.Ordinal)}}})",
                parameters, ClrTypeOf(name), false, row["case_sensitive"], true, true, row["unsigned_attribute"],
                row["maximum_scale"] is int most ? (short)most : null, row["minimum_scale"] is int least ? (short)least : null,
                row["literal_prefix"], row["literal_suffix"]);
        }

        return table;
    }

    private static string ClrTypeOf(string name) => name switch
    {
        "BOOLEAN" => "System.Boolean",
        "TINYINT" => "System.SByte",
        "SMALLINT" => "System.Int16",
        "INTEGER" => "System.Int32",
        "BIGINT" => "System.Int64",
        "FLOAT" or "REAL" => "System.Single",
        "DOUBLE" => "System.Double",
        "DECIMAL" or "NUMERIC" => "System.Decimal",
        "DATE" => "System.DateOnly",
        "TIME" => "System.TimeOnly",
        "TIMESTAMP" or "TIMESTAMP_LTZ" => "System.DateTime",
        "BINARY" or "VARBINARY" => "System.Byte[]",
        _ => "System.String",
    };

    private static async Task<DataTable> WordsAsync(ColumnStreamConnection connection, CancellationToken cancellation)
    {
        DataTable table = Table("ReservedWords",
            ("ReservedWord", typeof(string)));
        await MetadataTables.VisitAsync(
            connection,
            o => connection.Client.SqlInfoAsync([508], o),
            batch =>
            {
                if (batch.Length > 0 && batch.Columns[1] is UnionArray union && union.GetChild(0) == 4)
                {
                    ColumnReader words = ColumnReaders.Of(union.Type.Children[4], 0);
                    words.Bind(union.Fields[4]);
                    foreach (object? word in (Array)words.GetValue(union.GetChildRow(0)))
                    {
                        table.Rows.Add(word);
                    }
                }
            },
            cancellation).ConfigureAwait(false);
        return table;
    }

    private static Task<DataTable> TablesAsync(
        ColumnStreamConnection connection, string name, string?[] restrictions, string? type, CancellationToken cancellation) =>
        MetadataTables.ReadAsync(
            connection,
            o => connection.Client.TablesAsync(
                restrictions.Length > 0 ? restrictions[0] : null, Exactly(restrictions.Length > 1 ? restrictions[1] : null),
                Exactly(restrictions.Length > 2 ? restrictions[2] : null), type is null ? [] : [type], columns: false, o),
            name, cancellation);

    private static async Task<DataTable> ColumnsAsync(
        ColumnStreamConnection connection, string?[] restrictions, CancellationToken cancellation)
    {
        DataTable table = Table(
            "Columns",
            ("catalog_name", typeof(string)), ("db_schema_name", typeof(string)), ("table_name", typeof(string)),
            ("column_name", typeof(string)), ("ordinal_position", typeof(int)), ("data_type", typeof(string)),
            ("clr_type", typeof(string)), ("is_nullable", typeof(bool)), ("numeric_precision", typeof(int)),
            ("numeric_scale", typeof(int)), ("remarks", typeof(string)));
        string? wanted = restrictions.Length > 3 ? restrictions[3] : null;
        await MetadataTables.VisitAsync(
            connection,
            o => connection.Client.TablesAsync(
                restrictions.Length > 0 ? restrictions[0] : null, Exactly(restrictions.Length > 1 ? restrictions[1] : null),
                Exactly(restrictions.Length > 2 ? restrictions[2] : null), [], columns: true, o),
            batch =>
            {
                for (int row = 0; row < batch.Length; row++)
                {
                    AddColumns(table, batch, row, wanted);
                }
            },
            cancellation).ConfigureAwait(false);
        return table;
    }

    private static void AddColumns(DataTable table, RecordBatch batch, int row, string? wanted)
    {
        string? Name(int column) => batch.Columns[column].IsNull(row)
            ? null
            : System.Text.Encoding.UTF8.GetString(((BinaryArray)batch.Columns[column]).GetBytes(row));
        ValueList<Field> fields = IpcMessageDecoder.DecodeSchema(((BinaryArray)batch.Columns[4]).GetBytes(row)).Fields;
        for (int i = 0; i < fields.Count; i++)
        {
            Field field = fields[i];
            if (wanted is not null && wanted != field.Name)
            {
                continue;
            }

            var column = new ColumnSchema(field, i, ColumnReaders.Of(field, i).ClrType);
            table.Rows.Add(
                Name(0), Name(1), Name(2), field.Name, i + 1, column.DataTypeName, column.DataType!.FullName, field.Nullable,
                column.NumericPrecision, column.NumericScale, ColumnMetadata.Get(field, "REMARKS"));
        }
    }
}
