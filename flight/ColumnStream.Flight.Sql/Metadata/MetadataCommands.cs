using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight.Sql.Backend;
using ColumnStream.Flight.Sql.Protos;
using Google.Protobuf;

namespace ColumnStream.Flight.Sql.Metadata;

/// <summary>Answers the commands that ask for names, types and abilities, each with one batch.</summary>
internal static class MetadataCommands
{
    private static readonly string[] Types = ["LOCAL TEMPORARY", "SYSTEM TABLE", "TABLE", "VIEW"];

    /// <summary>Gives the columns of the answer to <paramref name="command"/>, or null where it is no metadata command.</summary>
    public static Schema? SchemaOf(IMessage command) => command switch
    {
        CommandGetCatalogs => MetadataSchemas.Catalogs,
        CommandGetDbSchemas => MetadataSchemas.DbSchemas,
        CommandGetTables tables => tables.IncludeSchema ? MetadataSchemas.TablesWithSchema : MetadataSchemas.Tables,
        CommandGetTableTypes => MetadataSchemas.TableTypes,
        CommandGetPrimaryKeys => MetadataSchemas.PrimaryKeys,
        CommandGetExportedKeys or CommandGetImportedKeys or CommandGetCrossReference => MetadataSchemas.ForeignKeys,
        CommandGetSqlInfo => MetadataSchemas.SqlInfo,
        CommandGetXdbcTypeInfo => MetadataSchemas.XdbcTypeInfo,
        _ => null,
    };

    /// <summary>Answers a command for which <see cref="SchemaOf"/> gave columns; the caller releases the batch.</summary>
    public static async ValueTask<RecordBatch> AnswerAsync(
        IMessage command, IFlightSqlBackend backend, ISqlSession session, BufferAllocator allocator, CancellationToken cancellation)
    {
        using var rows = new RowWriter(SchemaOf(command)!, allocator);
        switch (command)
        {
            case CommandGetCatalogs:
                foreach (string catalog in (await session.CatalogsAsync(cancellation)).Order(StringComparer.Ordinal))
                {
                    rows.Add(catalog);
                }

                break;
            case CommandGetDbSchemas schemas:
                AddSchemas(rows, schemas, await session.SchemasAsync(cancellation));
                break;
            case CommandGetTables tables:
                IReadOnlyList<SqlTable> found = await session.TablesAsync(Filter(tables), tables.IncludeSchema, cancellation);
                AddTables(rows, tables.IncludeSchema, found);
                break;
            case CommandGetTableTypes:
                foreach (string type in Types)
                {
                    rows.Add(type);
                }

                break;
            case CommandGetPrimaryKeys keys:
                AddPrimaryKeys(rows, await session.TablesAsync(Filter(keys), columns: true, cancellation));
                break;
            case CommandGetSqlInfo info:
                AddInfo(rows, info, SqlInfoTable.Of(backend.Facts));
                break;
            case CommandGetXdbcTypeInfo types:
                AddTypes(rows, types);
                break;
        }

        // Foreign keys: Flink's tables declare none, so that the answer has no rows.
        return rows.Finish();
    }

    private static void AddSchemas(RowWriter rows, CommandGetDbSchemas command, IReadOnlyList<SqlSchemaName> names)
    {
        IEnumerable<SqlSchemaName> ordered = names
            .OrderBy(n => n.Catalog, StringComparer.Ordinal).ThenBy(n => n.Schema, StringComparer.Ordinal);
        foreach (SqlSchemaName name in ordered)
        {
            if ((!command.HasCatalog || command.Catalog == name.Catalog)
                && LikePattern.Matches(SchemaPattern(command), name.Schema))
            {
                rows.Add(name.Catalog, name.Schema);
            }
        }
    }

    private static string? SchemaPattern(CommandGetDbSchemas command) =>
        command.HasDbSchemaFilterPattern ? command.DbSchemaFilterPattern : null;

    private static Func<SqlTable, bool> Filter(CommandGetTables command) => table =>
        (!command.HasCatalog || command.Catalog == table.Catalog)
        && LikePattern.Matches(command.HasDbSchemaFilterPattern ? command.DbSchemaFilterPattern : null, table.Schema)
        && LikePattern.Matches(command.HasTableNameFilterPattern ? command.TableNameFilterPattern : null, table.Name)
        && (command.TableTypes.Count == 0 || command.TableTypes.Any(t => IsType(t, table.Type)));

    /// <summary>Compares types of tables without case; BASE TABLE is how some clients call TABLE.</summary>
    private static bool IsType(string wanted, string type) =>
        string.Equals(wanted, type, StringComparison.OrdinalIgnoreCase)
        || (type == "TABLE" && string.Equals(wanted, "BASE TABLE", StringComparison.OrdinalIgnoreCase));

    private static Func<SqlTable, bool> Filter(CommandGetPrimaryKeys command) => table =>
        (!command.HasCatalog || command.Catalog == table.Catalog)
        && (!command.HasDbSchema || command.DbSchema == table.Schema)
        && command.Table == table.Name;

    private static IEnumerable<SqlTable> Ordered(IReadOnlyList<SqlTable> tables) => tables
        .OrderBy(t => t.Catalog, StringComparer.Ordinal).ThenBy(t => t.Schema, StringComparer.Ordinal)
        .ThenBy(t => t.Name, StringComparer.Ordinal).ThenBy(t => t.Type, StringComparer.Ordinal);

    private static void AddTables(RowWriter rows, bool withSchema, IReadOnlyList<SqlTable> tables)
    {
        foreach (SqlTable table in Ordered(tables))
        {
            if (withSchema)
            {
                byte[] columns = IpcMessageEncoder.Encapsulate(ColumnMetadata.SchemaOf(table));
                rows.Add(table.Catalog, table.Schema, table.Name, table.Type, columns);
            }
            else
            {
                rows.Add(table.Catalog, table.Schema, table.Name, table.Type);
            }
        }
    }

    private static void AddPrimaryKeys(RowWriter rows, IReadOnlyList<SqlTable> tables)
    {
        foreach (SqlTable table in Ordered(tables))
        {
            for (int i = 0; i < table.PrimaryKey.Count; i++)
            {
                rows.Add(table.Catalog, table.Schema, table.Name, table.PrimaryKey[i], table.PrimaryKeyName, i + 1);
            }
        }
    }

    private static void AddInfo(RowWriter rows, CommandGetSqlInfo command, SortedDictionary<uint, object> answers)
    {
        foreach ((uint number, object value) in answers)
        {
            if (command.Info.Count == 0 || command.Info.Contains(number))
            {
                rows.Add(number, value);
            }
        }
    }

    private static void AddTypes(RowWriter rows, CommandGetXdbcTypeInfo command)
    {
        foreach (XdbcType type in XdbcTypeTable.Rows)
        {
            if (command.HasDataType && command.DataType != type.DataType)
            {
                continue;
            }

            rows.Add(
                type.Name, type.DataType, type.Size, type.Prefix, type.Suffix,
                type.Parameters.Count == 0 ? null : type.Parameters, 1,
                type.CaseSensitive, type.Searchable, type.Unsigned, false, type.Unsigned is null ? null : false, type.Name,
                type.MinimumScale, type.MaximumScale, type.SqlType ?? type.DataType, type.Subcode, type.Radix, null);
        }
    }
}
