using System;
using System.Collections.Generic;
using System.Text;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Sql.Backend;
using ColumnStream.Flight.Sql.Metadata;
using ColumnStream.Flight.Sql.Parameters;
using ColumnStream.Flight.Sql.Protos;
using Google.Protobuf;

namespace ColumnStream.Flight.Sql.Service;

/// <summary>Answers Flight SQL's commands over an <see cref="IFlightSqlBackend"/>.</summary>
/// <remarks>
/// A query is planned by GetFlightInfo and runs when its ticket is redeemed, so that nothing runs for clients that never come back.
/// Metadata commands are their own tickets. Commands may be messages inside google.protobuf.Any or the plain text of a query; a
/// ticket may be the JSON that some clients send instead of asking for one.
/// </remarks>
public sealed class FlightSqlService : FlightService, IAsyncDisposable
{
    private readonly IFlightSqlBackend _backend;
    private readonly SessionTable _sessions;
    private readonly StatementTable _statements;
    private readonly FlightSqlUploads _uploads;
    private readonly FlightSqlActions _actions;
    private readonly FlightSqlOptions _options;
    private readonly TimeProvider _time;

    /// <summary>Makes a service; <paramref name="allocator"/> pays for parameters that clients bound.</summary>
    public FlightSqlService(IFlightSqlBackend backend, BufferAllocator allocator, FlightSqlOptions options, TimeProvider time)
    {
        _backend = backend;
        _options = options;
        _time = time;
        _sessions = new SessionTable(backend, options, time);
        _statements = new StatementTable(_sessions.NextId, options, time);
        _uploads = new FlightSqlUploads(_statements, allocator, options);
        _actions = new FlightSqlActions(_sessions, _statements);
    }

    /// <inheritdoc/>
    public override async Task HandshakeAsync(FlightHandshake handshake, FlightCall call)
    {
        SqlLogin login;
        string? authorization = call.Headers.Get("authorization");
        if (authorization is null)
        {
            // An older scheme sends name and password as the first payload; a client of a server without users sends nothing.
            login = await handshake.ReadAsync().ConfigureAwait(false) is { Length: > 0 } payload
                ? await LoginAsync(FlightHandshake.DecodeBasic(payload.Span), call).ConfigureAwait(false)
                : await _backend.AuthenticateAsync(null, call.Peer, call.Cancellation).ConfigureAwait(false);
        }
        else if (authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            login = await LoginAsync(BasicOf(authorization["Basic ".Length..]), call).ConfigureAwait(false);
        }
        else
        {
            login = await _backend.AuthenticateAsync(SessionTable.Bearer(call.Headers), call.Peer, call.Cancellation)
                .ConfigureAwait(false);
        }

        if (!login.OwnsSession)
        {
            login = await _backend.IssueAsync(login, call.Cancellation).ConfigureAwait(false);
        }

        call.Identity = login.User;
        call.ResponseHeaders.Add("authorization", "Bearer " + login.Token);
        await handshake.WriteAsync(Encoding.UTF8.GetBytes(login.Token)).ConfigureAwait(false);

        // What the client still says is read to its end: a stream that the server ends before that is reset, and clients take it
        // for an error.
        while (await handshake.ReadAsync().ConfigureAwait(false) is not null)
        {
        }
    }

    /// <inheritdoc/>
    /// <remarks>Refused, behind the question who asks: tables are listed by commands.</remarks>
    public override async IAsyncEnumerable<FlightInfo> ListFlightsAsync(ReadOnlyMemory<byte> criteria, FlightCall call)
    {
        await RefuseAsync(call).ConfigureAwait(false);
        yield break;
    }

    /// <inheritdoc/>
    /// <remarks>Refused, behind the question who asks: no command has rows both ways.</remarks>
    public override Task DoExchangeAsync(FlightBatchReader input, FlightBatchWriter output, FlightCall call) => RefuseAsync(call);

    /// <inheritdoc/>
    public override async Task<FlightInfo> GetFlightInfoAsync(FlightDescriptor descriptor, FlightCall call)
    {
        await using ClientSession session = await _sessions.OfAsync(call).ConfigureAwait(false);
        IMessage command = CommandOf(descriptor);
        if (MetadataCommands.SchemaOf(command) is { } columns)
        {
            return Info(descriptor, columns, FlightSqlCommand.Wrap(command), expiration: null);
        }

        switch (command)
        {
            case CommandStatementQuery query:
                return await StatementInfoAsync(descriptor, session, query, call).ConfigureAwait(false);
            case CommandPreparedStatementQuery prepared:
                await using (PreparedHandle handle = await _statements.PreparedAsync(
                    prepared.PreparedStatementHandle, session).ConfigureAwait(false))
                {
                    RecordBatch? parameters = handle.Parameters();
                    return await ExecutionInfoAsync(descriptor, handle.Share(), parameters).ConfigureAwait(false);
                }

            default:
                throw NotHere(command, call);
        }
    }

    /// <inheritdoc/>
    /// <remarks>A query is complete as soon as it is planned: its rows come while it runs.</remarks>
    public override async Task<FlightPollInfo> PollFlightInfoAsync(FlightDescriptor descriptor, FlightCall call) =>
        new() { Info = await GetFlightInfoAsync(descriptor, call).ConfigureAwait(false), Progress = 1 };

    /// <inheritdoc/>
    public override async Task<Schema> GetSchemaAsync(FlightDescriptor descriptor, FlightCall call)
    {
        await using ClientSession session = await _sessions.OfAsync(call).ConfigureAwait(false);
        IMessage command = CommandOf(descriptor);
        switch (command)
        {
            case CommandStatementQuery query:
                RefuseTransaction(query.HasTransactionId && !query.TransactionId.IsEmpty);
                ISqlStatement statement = await session.Session.PrepareAsync(query.Query, call.Cancellation).ConfigureAwait(false);
                await using (statement.ConfigureAwait(false))
                {
                    return statement.ResultSchema;
                }

            case CommandPreparedStatementQuery prepared:
                await using (PreparedHandle handle = await _statements.PreparedAsync(
                    prepared.PreparedStatementHandle, session).ConfigureAwait(false))
                {
                    return handle.Statement.ResultSchema;
                }

            default:
                return MetadataCommands.SchemaOf(command) ?? throw NotHere(command, call);
        }
    }

    /// <inheritdoc/>
    public override async Task DoGetAsync(ReadOnlyMemory<byte> ticket, FlightBatchWriter output, FlightCall call)
    {
        await using ClientSession session = await _sessions.OfAsync(call).ConfigureAwait(false);
        if (JsonTicket.TryParse(ticket) is { } json)
        {
            await RunJsonAsync(json, session, output, call).ConfigureAwait(false);
            return;
        }

        IMessage command = FlightSqlCommand.Parse(ticket);
        switch (command)
        {
            case TicketStatementQuery statement:
                ExecutionHandle execution = await _statements.ExecutionAsync(
                    statement.StatementHandle, session).ConfigureAwait(false);
                await using (execution.ConfigureAwait(false))
                {
                    try
                    {
                        await RunAsync(execution, output, call).ConfigureAwait(false);
                    }
                    finally
                    {
                        await _statements.ForgetAsync(statement.StatementHandle).ConfigureAwait(false);
                    }
                }

                break;
            case CommandStatementQuery query:
                await RunTextAsync(query.Query, session, output, call).ConfigureAwait(false);
                break;
            case CommandPreparedStatementQuery prepared:
                await using (PreparedHandle handle = await _statements.PreparedAsync(
                    prepared.PreparedStatementHandle, session).ConfigureAwait(false))
                {
                    RecordBatch? parameters = handle.Parameters();
                    await using var once = new ExecutionHandle(handle.Share(), parameters);
                    await RunAsync(once, output, call).ConfigureAwait(false);
                }

                break;
            case IMessage when MetadataCommands.SchemaOf(command) is { } columns:
                RecordBatch answer = await MetadataCommands.AnswerAsync(
                    command, _backend, session.Session, call.Allocator, call.Cancellation)
                    .ConfigureAwait(false);
                try
                {
                    await output.StartAsync(columns).ConfigureAwait(false);
                    await output.WriteAsync(answer).ConfigureAwait(false);
                }
                finally
                {
                    answer.Release();
                }

                break;
            default:
                throw NotHere(command, call);
        }
    }

    /// <inheritdoc/>
    public override async Task DoPutAsync(FlightBatchReader input, FlightResultWriter results, FlightCall call)
    {
        await using ClientSession session = await _sessions.OfAsync(call).ConfigureAwait(false);
        FlightDescriptor descriptor = await input.ReadDescriptorAsync().ConfigureAwait(false)
            ?? throw new GrpcException(
                GrpcStatusCode.InvalidArgument, "First message of DoPut has no descriptor, expected a command.");
        byte[] answer = await _uploads.RunAsync(CommandOf(descriptor), input, session, call).ConfigureAwait(false);
        await results.WriteAsync(answer).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override IAsyncEnumerable<ReadOnlyMemory<byte>> DoActionAsync(FlightAction action, FlightCall call) =>
        _actions.RunAsync(action, call);

    /// <inheritdoc/>
    public override async IAsyncEnumerable<FlightActionType> ListActionsAsync(FlightCall call)
    {
        await using ClientSession session = await _sessions.OfAsync(call).ConfigureAwait(false);
        foreach (FlightActionType action in FlightSqlActions.Types)
        {
            yield return action;
        }
    }

    /// <summary>Ends all sessions and what waits in them.</summary>
    public async ValueTask DisposeAsync()
    {
        await _statements.DisposeAsync().ConfigureAwait(false);
        await _sessions.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Refuses what asks for a transaction: there are none.</summary>
    internal static void RefuseTransaction(bool isAsked)
    {
        if (isAsked)
        {
            throw new GrpcException(
                GrpcStatusCode.Unimplemented,
                "This server has no transactions (SqlInfo 8 says so): send statements without a transaction, each "
                + "takes effect by itself.");
        }
    }

    private static IMessage CommandOf(FlightDescriptor descriptor) => descriptor.IsCommand
        ? FlightSqlCommand.Parse(descriptor.Command)
        : throw new GrpcException(
            GrpcStatusCode.InvalidArgument,
            $"Descriptor is a path: {descriptor}. Expected a command: a message of Flight SQL or the text of a query.");

    private async Task RefuseAsync(FlightCall call)
    {
        await using ClientSession session = await _sessions.OfAsync(call).ConfigureAwait(false);
        throw new GrpcException(GrpcStatusCode.Unimplemented, $"This server does not serve the method: {call.Method}.");
    }

    private static GrpcException NotHere(IMessage command, FlightCall call) => new(
        GrpcStatusCode.Unimplemented, $"This server does not take {command.Descriptor.Name} in {call.Method}.");

    private static FlightInfo Info(FlightDescriptor descriptor, Schema schema, byte[] ticket, DateTimeOffset? expiration) => new()
    {
        Schema = schema,
        Descriptor = descriptor,
        Endpoints = [new FlightEndpoint(ticket) { Expiration = expiration }],
        IsOrdered = true,
    };

    private static (string User, string Password) BasicOf(string base64)
    {
        try
        {
            string text = Encoding.UTF8.GetString(Convert.FromBase64String(base64.Trim()));
            int colon = text.IndexOf(':', StringComparison.Ordinal);
            return colon < 0 ? (text, string.Empty) : (text[..colon], text[(colon + 1)..]);
        }
        catch (FormatException e)
        {
            throw new GrpcException(GrpcStatusCode.Unauthenticated, "Header authorization is of the kind Basic and not base64.", e);
        }
    }

    private ValueTask<SqlLogin> LoginAsync((string User, string Password) basic, FlightCall call) =>
        _backend.LoginAsync(basic.User, basic.Password, call.Peer, call.Cancellation);

    private async Task<FlightInfo> StatementInfoAsync(
        FlightDescriptor descriptor, ClientSession session, CommandStatementQuery query, FlightCall call)
    {
        RefuseTransaction(query.HasTransactionId && !query.TransactionId.IsEmpty);
        ISqlStatement statement = await session.Session.PrepareAsync(query.Query, call.Cancellation).ConfigureAwait(false);
        return await ExecutionInfoAsync(
            descriptor, new PreparedHandle(session.Share(), statement), parameters: null).ConfigureAwait(false);
    }

    private async Task<FlightInfo> ExecutionInfoAsync(FlightDescriptor descriptor, PreparedHandle prepared, RecordBatch? parameters)
    {
        Schema schema = prepared.Statement.ResultSchema;
        ByteString handle = await _statements.AddAsync(new ExecutionHandle(prepared, parameters)).ConfigureAwait(false);
        return Info(descriptor, schema, FlightSqlCommand.Wrap(
            new TicketStatementQuery { StatementHandle = handle }), expiration: null);
    }

    private async Task RunJsonAsync(JsonTicket ticket, ClientSession session, FlightBatchWriter output, FlightCall call)
    {
        // The database is the ticket's own: it must not stay behind in a session that other calls share.
        ISqlSession once = await _backend.OpenSessionAsync(session.Login, call.Cancellation).ConfigureAwait(false);
        await using var own = new ClientSession(_sessions.NextId(), session.Login, once);
        if (ticket.Database is { Length: > 0 } database
            && await once.SetOptionAsync(
                SqlSessionOptions.Schema, database, call.Cancellation).ConfigureAwait(false) != SqlOptionResult.Set)
        {
            throw new GrpcException(GrpcStatusCode.NotFound, $"Ticket names a database that does not exist: {database}.");
        }

        await RunTextAsync(ticket.Query, own, output, call, ticket.Values).ConfigureAwait(false);
    }

    private async Task RunTextAsync(
        string sql, ClientSession session, FlightBatchWriter output, FlightCall call, IReadOnlyList<object?>? values = null)
    {
        ISqlStatement statement = await session.Session.PrepareAsync(sql, call.Cancellation).ConfigureAwait(false);
        await using var prepared = new PreparedHandle(session.Share(), statement);
        RecordBatch? parameters = values is { Count: > 0 } ? BoundValues.ToBatch(values, call.Allocator) : null;
        await using var execution = new ExecutionHandle(prepared.Share(), parameters);
        await RunAsync(execution, output, call).ConfigureAwait(false);
    }

    private Task RunAsync(ExecutionHandle execution, FlightBatchWriter output, FlightCall call) =>
        new ResultStream(output, call, _options, _time).RunAsync(execution);
}
