using System;
using System.Collections.Generic;
using System.Data;
using System.Data.Common;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Types;
using ColumnStream.Data.Metadata;
using ColumnStream.Data.Parameters;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Sql.Backend;
using ColumnStream.Flight.Sql.Metadata;

namespace ColumnStream.Data.Bulk;

/// <summary>Decides which columns of a source go where, and in which types.</summary>
internal static class BulkColumns
{
    /// <summary>Gives the columns of a reader; types are those of the table, or of the reader where there is no table.</summary>
    /// <exception cref="InvalidOperationException">A column is missing, or mapped twice.</exception>
    public static async Task<BulkColumn[]> OfAsync(
        ColumnStreamConnection connection, SqlIngest target, IDataReader reader, ColumnStreamColumnMapping[] mappings,
        CancellationToken cancellation)
    {
        string[] names = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)];
        Schema? table = target.IfExists == SqlIngestMode.Replace && target.CreateIfMissing
            ? null : await TableAsync(connection, target, cancellation).ConfigureAwait(false);
        IReadOnlyList<DbColumn>? described = reader is DbDataReader source and IDbColumnSchemaGenerator
            ? await source.GetColumnSchemaAsync(cancellation).ConfigureAwait(false) : null;
        return
        [
            .. Places(names, table?.Fields.Select(f => f.Name).ToArray(), mappings).Select(place => new BulkColumn(
                place.Source, table is null
                ? new Field(place.Name, TypeOf(reader, described?[place.Source], place.Source))
                : Plain(table.Fields.First(f => f.Name == place.Name)))),
        ];
    }

    /// <summary>Gives the columns of batches that are sent, under the names that they have in the table, and their places.</summary>
    /// <exception cref="InvalidOperationException">A column is missing, or mapped twice.</exception>
    public static (Schema Sent, int[] Picked) Pick(Schema schema, ColumnStreamColumnMapping[] mappings)
    {
        (int Source, string Name)[] places = Places([.. schema.Fields.Select(f => f.Name)], null, mappings);
        return (
            new Schema(ValueList.From(places.Select(place => schema.Fields[place.Source] with { Name = place.Name }))),
            Array.ConvertAll(places, place => place.Source));
    }

    private static (int Source, string Name)[] Places(string[] source, string[]? table, ColumnStreamColumnMapping[] mappings)
    {
        IEnumerable<ColumnStreamColumnMapping> wanted = mappings.Length > 0
            ? mappings : source.Select(name => new ColumnStreamColumnMapping(name, name));
        (int Source, string Name)[] places =
        [
            .. wanted.Select(m => (
                Find(source, m.Source, "Source"), table is null ? m.Destination : table[Find(table, m.Destination, "Table")])),
        ];
        string? twice = places.GroupBy(place => place.Name).FirstOrDefault(group => group.Count() > 1)?.Key;
        return twice is null
            ? places : throw new InvalidOperationException($"Two columns of the source go into the column '{twice}'.");
    }

    private static int Find(string[] names, string name, string whose)
    {
        int found = Array.IndexOf(names, name);
        found = found >= 0 ? found : Array.FindIndex(names, n => string.Equals(n, name, StringComparison.OrdinalIgnoreCase));
        return found >= 0 ? found : throw new InvalidOperationException(
            $"{whose} has no column '{name}'. It has {string.Join(", ", names)}.");
    }

    /// <summary>Gives the type of a column of a reader: of one of ours as it came, else what fits its values.</summary>
    private static DataType TypeOf(IDataReader reader, DbColumn? described, int column)
    {
        if (reader is not ColumnStreamDataReader own)
        {
            return ParameterTypes.Of(reader.GetFieldType(column), described?.NumericPrecision, described?.NumericScale);
        }

        DataType type = own.Schema.Fields[column].Type;
        return type.Id == TypeId.Dictionary ? type.Children[0].Type : type;
    }

    private static Field Plain(Field field) => new(field.Name, field.Type);

    /// <summary>Asks for a table's columns that can be written; null where there is no such table.</summary>
    private static async Task<Schema?> TableAsync(
        ColumnStreamConnection connection, SqlIngest target, CancellationToken cancellation)
    {
        Schema? found = null;
        (string? catalog, string? database) = target is { Catalog: { } c, Schema: { } d }
            ? (c, d) : await CurrentAsync(connection, target, cancellation).ConfigureAwait(false);
        await MetadataTables.VisitAsync(
            connection,
            options => connection.Client.TablesAsync(
                catalog, SchemaCollections.Exactly(database), SchemaCollections.Exactly(target.Table), [], columns: true,
                options),
            batch =>
            {
                if (batch.Length > 0)
                {
                    found = IpcMessageDecoder.DecodeSchema(((BinaryArray)batch.Columns[4]).GetBytes(0));
                }
            },
            cancellation).ConfigureAwait(false);
        return found is null ? null : new Schema(ValueList.From(
            found.Fields.Where(field => ColumnMetadata.Get(field, "IS_READ_ONLY") != "1")));
    }

    /// <summary>Asks where the session looks for tables; a server without sessions does not say.</summary>
    private static async Task<(string? Catalog, string? Database)> CurrentAsync(
        ColumnStreamConnection connection, SqlIngest target, CancellationToken cancellation)
    {
        try
        {
            IReadOnlyDictionary<string, object?> options = await connection.Client.GetOptionsAsync(
                connection.Session().Options(cancellation)).ConfigureAwait(false);
            return (
                target.Catalog ?? options.GetValueOrDefault(SqlSessionOptions.Catalog) as string,
                target.Schema ?? options.GetValueOrDefault(SqlSessionOptions.Schema) as string);
        }
        catch (GrpcException e) when (e.Status.Code == GrpcStatusCode.Unimplemented)
        {
            return (target.Catalog, target.Schema);
        }
        catch (GrpcException e)
        {
            throw connection.Failed(e);
        }
    }
}
