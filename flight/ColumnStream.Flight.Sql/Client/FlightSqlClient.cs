using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Sql.Backend;
using ColumnStream.Flight.Sql.Protos;
using ColumnStream.Flight.Sql.Service;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Messages = ColumnStream.Flight.Protos;
using NotExist = ColumnStream.Flight.Sql.Protos.CommandStatementIngest.Types.TableDefinitionOptions.Types.TableNotExistOption;
using WhereExists = ColumnStream.Flight.Sql.Protos.CommandStatementIngest.Types.TableDefinitionOptions.Types.TableExistsOption;

namespace ColumnStream.Flight.Sql.Client;

/// <summary>Calls a Flight SQL server, ours or another.</summary>
/// <remarks>
/// Thread-safe, as its <see cref="FlightClient"/>, which stays the caller's. Errors are <see cref="GrpcException"/>. A query's
/// <see cref="FlightInfo"/> is read by <see cref="ReadAsync"/>, endpoint after endpoint.
/// </remarks>
public sealed class FlightSqlClient(FlightClient flight)
{
    /// <summary>Gets the client underneath.</summary>
    public FlightClient Flight => flight;

    /// <summary>Plans a query; it runs when its endpoints are read.</summary>
    public Task<FlightInfo> QueryAsync(string sql, GrpcCallOptions? options = null) =>
        InfoAsync(new CommandStatementQuery { Query = sql }, options);

    /// <summary>Asks for the columns of a query.</summary>
    public Task<Schema> QuerySchemaAsync(string sql, GrpcCallOptions? options = null) =>
        flight.GetSchemaAsync(
            FlightDescriptor.FromCommand(FlightSqlCommand.Wrap(new CommandStatementQuery { Query = sql })), options);

    /// <summary>Runs a statement for its effect and gives the rows changed, or -1 where the server does not know.</summary>
    public Task<long> UpdateAsync(string sql, GrpcCallOptions? options = null) =>
        PutAsync(new CommandStatementUpdate { Query = sql }, schema: null, rows: null, options);

    /// <summary>Reads one endpoint of a query; disposing of the reader before the end ends the query.</summary>
    public Task<FlightBatchReader> ReadAsync(FlightEndpoint endpoint, GrpcCallOptions? options = null) =>
        flight.DoGetAsync(endpoint.Ticket, options);

    /// <summary>Prepares a statement, which the caller closes with <see cref="CloseAsync"/>.</summary>
    public async Task<FlightSqlPrepared> PrepareAsync(string sql, GrpcCallOptions? options = null)
    {
        var action = new FlightAction(
            "CreatePreparedStatement", FlightSqlCommand.Wrap(new ActionCreatePreparedStatementRequest { Query = sql }));
        await foreach (ReadOnlyMemory<byte> body in flight.DoActionAsync(action, options).ConfigureAwait(false))
        {
            ActionCreatePreparedStatementResult result = Unwrap(body, ActionCreatePreparedStatementResult.Parser);
            return new FlightSqlPrepared(
                result.PreparedStatementHandle.Memory, SchemaOf(result.DatasetSchema), SchemaOf(result.ParameterSchema));
        }

        throw new GrpcException(GrpcStatusCode.Internal, "Server answered CreatePreparedStatement with nothing.");
    }

    /// <summary>Binds rows of parameters to a prepared statement, and gives the handle to go on with.</summary>
    public async Task<ReadOnlyMemory<byte>> BindAsync(
        ReadOnlyMemory<byte> handle, RecordBatch parameters, GrpcCallOptions? options = null)
    {
        FlightDescriptor descriptor = DescriptorOf(new CommandPreparedStatementQuery { PreparedStatementHandle = Bytes(handle) });
        await using FlightUpload upload = await flight.DoPutAsync(descriptor, options).ConfigureAwait(false);
        await upload.Writer.StartAsync(parameters.Schema).ConfigureAwait(false);
        await upload.Writer.WriteAsync(parameters).ConfigureAwait(false);
        await upload.CompleteAsync().ConfigureAwait(false);
        ReadOnlyMemory<byte> next = handle;
        while (await upload.ReadResultAsync().ConfigureAwait(false) is { } bytes)
        {
            // Older servers answer with nothing, or with an empty message.
            DoPutPreparedStatementResult result = ProtoWire.Parse(DoPutPreparedStatementResult.Parser, bytes.Span);
            bool isNew = result.HasPreparedStatementHandle && !result.PreparedStatementHandle.IsEmpty;
            next = isNew ? result.PreparedStatementHandle.Memory : next;
        }

        return next;
    }

    /// <summary>Plans a prepared query with the parameters bound last.</summary>
    public Task<FlightInfo> QueryPreparedAsync(ReadOnlyMemory<byte> handle, GrpcCallOptions? options = null) =>
        InfoAsync(new CommandPreparedStatementQuery { PreparedStatementHandle = Bytes(handle) }, options);

    /// <summary>
    /// Runs a prepared statement for its effect, once for each row of parameters, and gives the rows changed, or -1.
    /// </summary>
    public Task<long> UpdatePreparedAsync(ReadOnlyMemory<byte> handle, RecordBatch? parameters, GrpcCallOptions? options = null) =>
        PutAsync(
        new CommandPreparedStatementUpdate { PreparedStatementHandle = Bytes(handle) }, parameters?.Schema,
        parameters is null ? null : One(parameters), options);

    /// <summary>Closes a prepared statement.</summary>
    public Task CloseAsync(ReadOnlyMemory<byte> handle, GrpcCallOptions? options = null) => ActAsync(
        new FlightAction(
            "ClosePreparedStatement",
            FlightSqlCommand.Wrap(new ActionClosePreparedStatementRequest { PreparedStatementHandle = Bytes(handle) })),
        options);

    /// <summary>
    /// Sends rows to a table and gives their number; each batch stays the caller's and is borrowed until the next is asked for.
    /// </summary>
    public Task<long> IngestAsync(
        SqlIngest target, Schema schema, IAsyncEnumerable<RecordBatch> rows, GrpcCallOptions? options = null)
    {
        var command = new CommandStatementIngest
        {
            Table = target.Table,
            Temporary = target.Temporary,
            TableDefinitionOptions = new CommandStatementIngest.Types.TableDefinitionOptions
            {
                IfNotExist = target.CreateIfMissing ? NotExist.Create : NotExist.Fail,
                IfExists = target.IfExists switch
                {
                    SqlIngestMode.Append => WhereExists.Append,
                    SqlIngestMode.Replace => WhereExists.Replace,
                    _ => WhereExists.Fail,
                },
            },
        };
        if (target.Schema is not null)
        {
            command.Schema = target.Schema;
        }

        if (target.Catalog is not null)
        {
            command.Catalog = target.Catalog;
        }

        command.Options.Add(new Dictionary<string, string>(target.Options));
        return PutAsync(command, schema, rows, options);
    }

    /// <summary>Asks for the server's catalogs.</summary>
    public Task<FlightInfo> CatalogsAsync(GrpcCallOptions? options = null) => InfoAsync(new CommandGetCatalogs(), options);

    /// <summary>Asks for schemas; a null filter fits all.</summary>
    public Task<FlightInfo> SchemasAsync(string? catalog, string? pattern, GrpcCallOptions? options = null)
    {
        var command = new CommandGetDbSchemas();
        Set(catalog, v => command.Catalog = v);
        Set(pattern, v => command.DbSchemaFilterPattern = v);
        return InfoAsync(command, options);
    }

    /// <summary>Asks for tables; null filters and no types fit all.</summary>
    public Task<FlightInfo> TablesAsync(
        string? catalog, string? schemaPattern, string? tablePattern, IEnumerable<string> types, bool columns,
        GrpcCallOptions? options = null)
    {
        var command = new CommandGetTables { IncludeSchema = columns };
        Set(catalog, v => command.Catalog = v);
        Set(schemaPattern, v => command.DbSchemaFilterPattern = v);
        Set(tablePattern, v => command.TableNameFilterPattern = v);
        command.TableTypes.Add(types);
        return InfoAsync(command, options);
    }

    /// <summary>Asks for the types of tables.</summary>
    public Task<FlightInfo> TableTypesAsync(GrpcCallOptions? options = null) => InfoAsync(new CommandGetTableTypes(), options);

    /// <summary>Asks for the columns of a table's primary key.</summary>
    public Task<FlightInfo> PrimaryKeysAsync(string? catalog, string? schema, string table, GrpcCallOptions? options = null)
    {
        var command = new CommandGetPrimaryKeys { Table = table };
        Set(catalog, v => command.Catalog = v);
        Set(schema, v => command.DbSchema = v);
        return InfoAsync(command, options);
    }

    /// <summary>Asks for the keys that refer to a table.</summary>
    public Task<FlightInfo> ExportedKeysAsync(string? catalog, string? schema, string table, GrpcCallOptions? options = null)
    {
        var command = new CommandGetExportedKeys { Table = table };
        Set(catalog, v => command.Catalog = v);
        Set(schema, v => command.DbSchema = v);
        return InfoAsync(command, options);
    }

    /// <summary>Asks for the keys by which a table refers to others.</summary>
    public Task<FlightInfo> ImportedKeysAsync(string? catalog, string? schema, string table, GrpcCallOptions? options = null)
    {
        var command = new CommandGetImportedKeys { Table = table };
        Set(catalog, v => command.Catalog = v);
        Set(schema, v => command.DbSchema = v);
        return InfoAsync(command, options);
    }

    /// <summary>Asks what the server is and can; no numbers ask for all.</summary>
    public Task<FlightInfo> SqlInfoAsync(IEnumerable<uint> numbers, GrpcCallOptions? options = null)
    {
        var command = new CommandGetSqlInfo();
        command.Info.Add(numbers);
        return InfoAsync(command, options);
    }

    /// <summary>Asks for the server's types, or those of one number of JDBC.</summary>
    public Task<FlightInfo> TypeInfoAsync(int? type = null, GrpcCallOptions? options = null)
    {
        var command = new CommandGetXdbcTypeInfo();
        if (type is { } number)
        {
            command.DataType = number;
        }

        return InfoAsync(command, options);
    }

    /// <summary>Ends a query on the server; false where the server does not know it (any more).</summary>
    public async Task<bool> CancelAsync(FlightInfo info, GrpcCallOptions? options = null)
    {
        var request = new Messages.CancelFlightInfoRequest { Info = Messages.FlightInfo.Parser.ParseFrom(info.ToBytes()) };
        try
        {
            await ActAsync(new FlightAction("CancelFlightInfo", request.ToByteArray()), options).ConfigureAwait(false);
            return true;
        }
        catch (GrpcException e) when (e.Status.Code == GrpcStatusCode.NotFound)
        {
            return false;
        }
    }

    /// <summary>Sets options of the session; a null value takes one back to its default.</summary>
    /// <exception cref="GrpcException">The server refused one: the message names it.</exception>
    public async Task SetOptionsAsync(IReadOnlyDictionary<string, object?> values, GrpcCallOptions? options = null)
    {
        var request = new Messages.SetSessionOptionsRequest();
        foreach ((string name, object? value) in values)
        {
            request.SessionOptions.Add(name, value is null ? new Messages.SessionOptionValue() : SessionValue.ToMessage(value));
        }

        await foreach (ReadOnlyMemory<byte> body in
            flight.DoActionAsync(new FlightAction("SetSessionOptions", request.ToByteArray()), options).ConfigureAwait(false))
        {
            Messages.SetSessionOptionsResult result = ProtoWire.Parse(Messages.SetSessionOptionsResult.Parser, body.Span);
            foreach ((string name, Messages.SetSessionOptionsResult.Types.Error error) in result.Errors)
            {
                throw new GrpcException(
                    GrpcStatusCode.InvalidArgument, $"Server refused the session option {name}: {error.Value}.");
            }
        }
    }

    /// <summary>Lists the options of the session.</summary>
    public async Task<IReadOnlyDictionary<string, object?>> GetOptionsAsync(GrpcCallOptions? options = null)
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        byte[] request = new Messages.GetSessionOptionsRequest().ToByteArray();
        await foreach (ReadOnlyMemory<byte> body in
            flight.DoActionAsync(new FlightAction("GetSessionOptions", request), options).ConfigureAwait(false))
        {
            Messages.GetSessionOptionsResult result = ProtoWire.Parse(Messages.GetSessionOptionsResult.Parser, body.Span);
            foreach ((string name, Messages.SessionOptionValue value) in result.SessionOptions)
            {
                values[name] = SessionValue.FromMessage(value);
            }
        }

        return values;
    }

    /// <summary>Ends the session.</summary>
    public Task CloseSessionAsync(GrpcCallOptions? options = null) =>
        ActAsync(new FlightAction("CloseSession", new Messages.CloseSessionRequest().ToByteArray()), options);

    private static FlightDescriptor DescriptorOf(IMessage command) => FlightDescriptor.FromCommand(FlightSqlCommand.Wrap(command));

    private static ByteString Bytes(ReadOnlyMemory<byte> handle) => UnsafeByteOperations.UnsafeWrap(handle);

    private static void Set(string? value, Action<string> set)
    {
        if (value is not null)
        {
            set(value);
        }
    }

    private static Schema? SchemaOf(ByteString message) =>
        message.IsEmpty ? null : IpcMessageDecoder.DecodeSchema(message.Span, options: null);

    private static T Unwrap<T>(ReadOnlyMemory<byte> body, MessageParser<T> parser)
        where T : IMessage<T>, new()
    {
        Any any = ProtoWire.Parse(Any.Parser, body.Span);
        return any.Is(new T().Descriptor)
            ? ProtoWire.Parse(parser, any.Value.Span)
            : throw new GrpcException(GrpcStatusCode.Internal, $"Server answered with {any.TypeUrl}, expected {typeof(T).Name}.");
    }

    private static async IAsyncEnumerable<RecordBatch> One(RecordBatch batch)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        yield return batch;
    }

    private Task<FlightInfo> InfoAsync(IMessage command, GrpcCallOptions? options) =>
        flight.GetFlightInfoAsync(DescriptorOf(command), options);

    private async Task ActAsync(FlightAction action, GrpcCallOptions? options)
    {
        await foreach (ReadOnlyMemory<byte> _ in flight.DoActionAsync(action, options).ConfigureAwait(false))
        {
        }
    }

    private async Task<long> PutAsync(
        IMessage command, Schema? schema, IAsyncEnumerable<RecordBatch>? rows, GrpcCallOptions? options)
    {
        await using FlightUpload upload = await flight.DoPutAsync(DescriptorOf(command), options).ConfigureAwait(false);
        if (schema is not null && rows is not null)
        {
            await upload.Writer.StartAsync(schema).ConfigureAwait(false);
            await foreach (RecordBatch batch in rows.ConfigureAwait(false))
            {
                await upload.Writer.WriteAsync(batch).ConfigureAwait(false);
            }
        }

        await upload.CompleteAsync().ConfigureAwait(false);
        long count = -1;
        while (await upload.ReadResultAsync().ConfigureAwait(false) is { } bytes)
        {
            count = ProtoWire.Parse(DoPutUpdateResult.Parser, bytes.Span).RecordCount;
        }

        return count;
    }
}
