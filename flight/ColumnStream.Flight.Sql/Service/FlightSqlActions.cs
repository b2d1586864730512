using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Sql.Backend;
using ColumnStream.Flight.Sql.Protos;
using Google.Protobuf;

namespace ColumnStream.Flight.Sql.Service;

/// <summary>Does the actions of Flight and Flight SQL: prepared statements, cancelling, sessions.</summary>
internal sealed class FlightSqlActions(SessionTable sessions, StatementTable statements)
{
    /// <summary>Gets the actions that are served.</summary>
    public static IReadOnlyList<FlightActionType> Types { get; } =
    [
        new(
            "CreatePreparedStatement",
            "Prepares a statement; takes ActionCreatePreparedStatementRequest, gives ActionCreatePreparedStatementResult."),
        new("ClosePreparedStatement", "Closes a prepared statement; takes ActionClosePreparedStatementRequest."),
        new("CancelFlightInfo", "Ends a query; takes CancelFlightInfoRequest, gives CancelFlightInfoResult."),
        new("CancelQuery", "Ends a query, as older clients ask; takes ActionCancelQueryRequest, gives ActionCancelQueryResult."),
        new("RenewFlightEndpoint", "Keeps a ticket for longer; takes RenewFlightEndpointRequest, gives FlightEndpoint."),
        new("SetSessionOptions", "Sets options of the session; takes SetSessionOptionsRequest, gives SetSessionOptionsResult."),
        new("GetSessionOptions", "Lists options of the session; takes GetSessionOptionsRequest, gives GetSessionOptionsResult."),
        new("CloseSession", "Ends the session; takes CloseSessionRequest, gives CloseSessionResult."),
    ];

    /// <summary>Runs an action.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> RunAsync(FlightAction action, FlightCall call)
    {
        ReadOnlyMemory<byte> result;
        if (action.Type == "CloseSession")
        {
            Message(action, Flight.Protos.CloseSessionRequest.Parser);
            await sessions.CloseAsync(call).ConfigureAwait(false);
            var closed = new Flight.Protos.CloseSessionResult { Status = Flight.Protos.CloseSessionResult.Types.Status.Closed };
            result = closed.ToByteArray();
        }
        else
        {
            await using ClientSession session = await sessions.OfAsync(call).ConfigureAwait(false);
            result = await RunAsync(action, session, call).ConfigureAwait(false);
        }

        if (!result.IsEmpty)
        {
            yield return result;
        }
    }

    private static T Message<T>(FlightAction action, MessageParser<T> parser)
        where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(action.Body.Span);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new GrpcException(
                GrpcStatusCode.InvalidArgument, $"Action {action.Type} needs a body: {typeof(T).Name}; it has other bytes.", e);
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>> RunAsync(FlightAction action, ClientSession session, FlightCall call)
    {
        switch (action.Type)
        {
            case "CreatePreparedStatement":
                return await PrepareAsync(FlightSqlCommand.ParseAction<ActionCreatePreparedStatementRequest>(action), session, call)
                    .ConfigureAwait(false);
            case "ClosePreparedStatement":
                await statements.CloseAsync(
                    FlightSqlCommand.ParseAction<ActionClosePreparedStatementRequest>(action).PreparedStatementHandle, session)
                    .ConfigureAwait(false);
                return default;
            case "CancelFlightInfo":
                Flight.Protos.FlightInfo? info = Message(action, Flight.Protos.CancelFlightInfoRequest.Parser).Info;
                return new Flight.Protos.CancelFlightInfoResult
                {
                    Status = await CancelAsync(info, session).ConfigureAwait(false)
                        ? Flight.Protos.CancelStatus.Cancelled
                        : throw NothingToCancel(),
                }.ToByteArray();
            case "CancelQuery":
                ByteString bytes = FlightSqlCommand.ParseAction<ActionCancelQueryRequest>(action).Info;
                Flight.Protos.FlightInfo query = Message(action with { Body = bytes.Memory }, Flight.Protos.FlightInfo.Parser);
                return FlightSqlCommand.Wrap(new ActionCancelQueryResult
                {
                    Result = await CancelAsync(query, session).ConfigureAwait(false)
                        ? ActionCancelQueryResult.Types.CancelResult.Cancelled
                        : throw NothingToCancel(),
                });
            case "RenewFlightEndpoint":
                return await RenewAsync(
                    Message(action, Flight.Protos.RenewFlightEndpointRequest.Parser), session).ConfigureAwait(false);
            case "SetSessionOptions":
                return await SetAsync(
                    Message(action, Flight.Protos.SetSessionOptionsRequest.Parser), session, call).ConfigureAwait(false);
            case "GetSessionOptions":
                Message(action, Flight.Protos.GetSessionOptionsRequest.Parser);
                return await GetAsync(session, call).ConfigureAwait(false);
            case "BeginTransaction" or "EndTransaction" or "BeginSavepoint" or "EndSavepoint":
                FlightSqlService.RefuseTransaction(isAsked: true);
                return default;
            case "CreatePreparedSubstraitPlan":
                throw new GrpcException(GrpcStatusCode.Unimplemented, "This server does not read Substrait plans: send SQL.");
            default:
                throw new GrpcException(
                    GrpcStatusCode.Unimplemented,
                    $"This server does not know the action: {(action.Type.Length == 0 ? "(empty)" : action.Type)}.");
        }
    }

    private static GrpcException NothingToCancel() => new(GrpcStatusCode.NotFound, "Query is not known, or is over.");

    private async ValueTask<ReadOnlyMemory<byte>> PrepareAsync(
        ActionCreatePreparedStatementRequest request, ClientSession session, FlightCall call)
    {
        FlightSqlService.RefuseTransaction(request.HasTransactionId && !request.TransactionId.IsEmpty);
        ISqlStatement statement = await session.Session.PrepareAsync(request.Query, call.Cancellation).ConfigureAwait(false);
        Schema? parameters = statement.ParameterSchema.Fields.Count == 0 ? null : statement.ParameterSchema;
        var result = new ActionCreatePreparedStatementResult
        {
            DatasetSchema = statement.IsUpdate ? ByteString.Empty : Encode(statement.ResultSchema),
            ParameterSchema = parameters is null ? ByteString.Empty : Encode(parameters),
        };
        result.PreparedStatementHandle = await statements.AddAsync(
            new PreparedHandle(session.Share(), statement)).ConfigureAwait(false);
        return FlightSqlCommand.Wrap(result);
    }

    private static ByteString Encode(Schema schema) => UnsafeByteOperations.UnsafeWrap(IpcMessageEncoder.Encapsulate(schema));

    /// <summary>Cancels every part of a query; true where one was known.</summary>
    private async ValueTask<bool> CancelAsync(Flight.Protos.FlightInfo? info, ClientSession session)
    {
        bool any = false;
        foreach (Flight.Protos.FlightEndpoint endpoint in info?.Endpoint ?? [])
        {
            if (HandleOf(endpoint) is { } handle)
            {
                any |= await statements.CancelAsync(handle, session).ConfigureAwait(false);
            }
        }

        return any;
    }

    private static ByteString? HandleOf(Flight.Protos.FlightEndpoint? endpoint) =>
        endpoint?.Ticket is { } ticket && FlightSqlCommand.Parse(ticket.Ticket_.Memory) is TicketStatementQuery statement
            ? statement.StatementHandle
            : null;

    private async ValueTask<ReadOnlyMemory<byte>> RenewAsync(
        Flight.Protos.RenewFlightEndpointRequest request, ClientSession session)
    {
        if (HandleOf(request.Endpoint) is not { } handle || !await statements.RenewAsync(handle, session).ConfigureAwait(false))
        {
            throw new GrpcException(
                GrpcStatusCode.NotFound, "Ticket is not known (any more): ask for a new one with GetFlightInfo.");
        }

        return request.Endpoint.ToByteArray();
    }

    private static async ValueTask<ReadOnlyMemory<byte>> SetAsync(
        Flight.Protos.SetSessionOptionsRequest request, ClientSession session, FlightCall call)
    {
        var result = new Flight.Protos.SetSessionOptionsResult();
        foreach ((string name, Flight.Protos.SessionOptionValue value) in request.SessionOptions)
        {
            SqlOptionResult done = await session.Session.SetOptionAsync(name, SessionValue.FromMessage(value), call.Cancellation)
                .ConfigureAwait(false);
            if (done != SqlOptionResult.Set)
            {
                result.Errors.Add(name, new Flight.Protos.SetSessionOptionsResult.Types.Error
                {
                    Value = done == SqlOptionResult.UnknownName
                        ? Flight.Protos.SetSessionOptionsResult.Types.ErrorValue.InvalidName
                        : Flight.Protos.SetSessionOptionsResult.Types.ErrorValue.InvalidValue,
                });
            }
        }

        return result.ToByteArray();
    }

    private static async ValueTask<ReadOnlyMemory<byte>> GetAsync(ClientSession session, FlightCall call)
    {
        var result = new Flight.Protos.GetSessionOptionsResult();
        foreach ((string name, object value) in await session.Session.OptionsAsync(call.Cancellation).ConfigureAwait(false))
        {
            result.SessionOptions.Add(name, SessionValue.ToMessage(value));
        }

        return result.ToByteArray();
    }
}
