using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight.Grpc;
using Google.Protobuf;

namespace ColumnStream.Flight;

/// <summary>Calls a Flight server.</summary>
/// <remarks>
/// Thread-safe. A call that fails throws <see cref="GrpcException"/>; one that its caller's token breaks off throws
/// <see cref="OperationCanceledException"/>.
/// </remarks>
public sealed class FlightClient : IDisposable
{
    private readonly FlightClientOptions _options;
    private readonly GrpcChannel _control;
    private readonly GrpcChannel _data;

    /// <summary>Makes a client, which connects at its first call.</summary>
    public FlightClient(FlightClientOptions options)
    {
        _options = options;
        _control = new GrpcChannel(options.Channel);
        _data = options.SeparatesData ? new GrpcChannel(options.Channel) : _control;
    }

    /// <summary>
    /// Gets or sets what is sent in front of every call, e.g. who calls; replaced as a whole, never changed in place.
    /// </summary>
    public GrpcMetadata Headers { get; set; } = new();

    /// <summary>Sends one payload of a login conversation and returns the first answer; null where there is none.</summary>
    public async Task<ReadOnlyMemory<byte>?> HandshakeAsync(ReadOnlyMemory<byte> payload, GrpcCallOptions? options = null)
    {
        await using GrpcClientCall call = Open(_control, "Handshake", options);
        await call.WriteAsync(new Protos.HandshakeRequest { Payload = UnsafeByteOperations.UnsafeWrap(payload) })
            .ConfigureAwait(false);
        call.CompleteWrites();
        ReadOnlyMemory<byte>? answer = null;
        while (await call.MoveNextAsync().ConfigureAwait(false))
        {
            Protos.HandshakeResponse response = await call.ReadMessageAsync(Protos.HandshakeResponse.Parser).ConfigureAwait(false);
            answer ??= response.Payload.Memory;
        }

        return answer;
    }

    /// <summary>Logs in with a user's name and password, and sends the token that the server gives with every later call.</summary>
    /// <exception cref="GrpcException">The server refuses, or gives no token.</exception>
    public async Task LogInAsync(string user, string password, GrpcCallOptions? options = null)
    {
        var headers = new GrpcMetadata();
        headers.Add("authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        GrpcMetadata? received = null;
        ReadOnlyMemory<byte>? payload = await HandshakeAsync(
            default, (options ?? GrpcCallOptions.None) with { Headers = headers, OnHeaders = h => received = h })
                .ConfigureAwait(false);
        string token = received?.Get("authorization")
            ?? (payload is { IsEmpty: false } bytes ? "Bearer " + Encoding.UTF8.GetString(bytes.Span) : null)
            ?? throw new GrpcException(GrpcStatusCode.Unauthenticated, "Server gave no token for user and password.");
        var next = new GrpcMetadata();
        next.Add("authorization", token);
        foreach ((string name, string value) in Headers)
        {
            if (name != "authorization")
            {
                next.AddReceived(name, value);
            }
        }

        Headers = next;
    }

    /// <summary>Lists streams that fit the criteria, whose form is the server's.</summary>
    public IAsyncEnumerable<FlightInfo> ListFlightsAsync(
        ReadOnlyMemory<byte> criteria = default, GrpcCallOptions? options = null) =>
        ListAsync(
            "ListFlights", new Protos.Criteria { Expression = UnsafeByteOperations.UnsafeWrap(criteria) }, Protos.FlightInfo.Parser,
            FlightInfo.FromMessage, options);

    /// <summary>Asks how a stream can be read.</summary>
    public async Task<FlightInfo> GetFlightInfoAsync(FlightDescriptor descriptor, GrpcCallOptions? options = null) =>
        FlightInfo.FromMessage(await AskAsync("GetFlightInfo", descriptor, Protos.FlightInfo.Parser, options)
            .ConfigureAwait(false));

    /// <summary>Starts a query, or asks how far it is.</summary>
    public async Task<FlightPollInfo> PollFlightInfoAsync(FlightDescriptor descriptor, GrpcCallOptions? options = null) =>
        FlightPollInfo.FromMessage(await AskAsync("PollFlightInfo", descriptor, Protos.PollInfo.Parser, options)
            .ConfigureAwait(false));

    /// <summary>Asks for a stream's schema.</summary>
    public async Task<Schema> GetSchemaAsync(FlightDescriptor descriptor, GrpcCallOptions? options = null)
    {
        Protos.SchemaResult result = await AskAsync("GetSchema", descriptor, Protos.SchemaResult.Parser, options)
            .ConfigureAwait(false);
        return IpcMessageDecoder.DecodeSchema(result.Schema.Span, _options.Reader);
    }

    /// <summary>Reads the stream of a ticket; disposing of the reader before the end breaks it off.</summary>
    public async Task<FlightBatchReader> DoGetAsync(ReadOnlyMemory<byte> ticket, GrpcCallOptions? options = null)
    {
        GrpcClientCall call = Open(_data, "DoGet", options, isData: true);
        try
        {
            await call.WriteAsync(new Protos.Ticket { Ticket_ = UnsafeByteOperations.UnsafeWrap(ticket) }).ConfigureAwait(false);
            call.CompleteWrites();
            return new FlightBatchReader(_options.Allocator, _options.Reader, new FlightClientHooks(call));
        }
        catch
        {
            await call.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Begins to upload batches to what the descriptor names.</summary>
    public async Task<FlightUpload> DoPutAsync(FlightDescriptor descriptor, GrpcCallOptions? options = null)
    {
        var turn = new SemaphoreSlim(1);
        (GrpcClientCall call, _, FlightBatchWriter writer) =
            await OpenWriterAsync("DoPut", descriptor, options, turn).ConfigureAwait(false);
        return new FlightUpload(call, writer, turn);
    }

    /// <summary>Begins to exchange batches about what the descriptor names.</summary>
    public async Task<FlightExchange> DoExchangeAsync(FlightDescriptor descriptor, GrpcCallOptions? options = null)
    {
        (GrpcClientCall call, FlightClientHooks hooks, FlightBatchWriter writer) =
            await OpenWriterAsync("DoExchange", descriptor, options, turn: null).ConfigureAwait(false);
        return new FlightExchange(call, writer, new FlightBatchReader(_options.Allocator, _options.Reader, hooks));
    }

    /// <summary>Asks the server to do something else; results are the action's own.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> DoActionAsync(FlightAction action, GrpcCallOptions? options = null) =>
        ListAsync(
            "DoAction", new Protos.Action { Type = action.Type, Body = UnsafeByteOperations.UnsafeWrap(action.Body) },
                Protos.Result.Parser,
            r => r.Body.Memory, options);

    /// <summary>Lists the actions that the server knows.</summary>
    public IAsyncEnumerable<FlightActionType> ListActionsAsync(GrpcCallOptions? options = null) =>
        ListAsync("ListActions", new Protos.Empty(), Protos.ActionType.Parser, t =>
            new FlightActionType(t.Type, t.Description), options);

    /// <summary>Closes the connections; calls that run are broken off.</summary>
    public void Dispose()
    {
        _data.Dispose();
        _control.Dispose();
    }

    private async Task<T> AskAsync<T>(string method, FlightDescriptor descriptor, MessageParser<T> parser, GrpcCallOptions? options)
        where T : IMessage<T>
    {
        await using GrpcClientCall call = Open(_control, method, options);
        await call.WriteAsync(descriptor.ToMessage()).ConfigureAwait(false);
        call.CompleteWrites();
        return await call.ReadSingleAsync(parser).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<TResult> ListAsync<T, TResult>(
        string method,
        IMessage request,
        MessageParser<T> parser,
        Func<T, TResult> map,
        GrpcCallOptions? options,
        [EnumeratorCancellation] CancellationToken cancellation = default)
        where T : IMessage<T>
    {
        options ??= GrpcCallOptions.None;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(options.Cancellation, cancellation);
        await using GrpcClientCall call = Open(_control, method, options with { Cancellation = ending.Token });
        await call.WriteAsync(request).ConfigureAwait(false);
        call.CompleteWrites();
        while (await call.MoveNextAsync().ConfigureAwait(false))
        {
            yield return map(await call.ReadMessageAsync(parser).ConfigureAwait(false));
        }
    }

    private async Task<(GrpcClientCall Call, FlightClientHooks Hooks, FlightBatchWriter Writer)> OpenWriterAsync(
        string method, FlightDescriptor descriptor, GrpcCallOptions? options, SemaphoreSlim? turn)
    {
        GrpcClientCall call = Open(_data, method, options, isData: true);
        try
        {
            FrameWriter frames = await call.OpenWriterAsync().ConfigureAwait(false);
            var hooks = new FlightClientHooks(call, turn);
            return (call, hooks, new FlightBatchWriter(new FlightDataWriter(frames), _options.Allocator, hooks, descriptor));
        }
        catch
        {
            await call.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private GrpcClientCall Open(GrpcChannel channel, string method, GrpcCallOptions? options, bool isData = false)
    {
        options ??= GrpcCallOptions.None;
        if (Headers.Count > 0)
        {
            var headers = new GrpcMetadata();
            foreach ((string name, string value) in Headers)
            {
                if (options.Headers?.Get(name) is null)
                {
                    headers.AddReceived(name, value);
                }
            }

            foreach ((string name, string value) in options.Headers ?? [])
            {
                headers.AddReceived(name, value);
            }

            options = options with { Headers = headers };
        }

        return channel.Open(FlightService.Path + method, isData, options);
    }
}
