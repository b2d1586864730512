using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight.Grpc;
using Google.Protobuf;

namespace ColumnStream.Flight.Hosting;

/// <summary>Leads Flight's methods to a service.</summary>
internal sealed class FlightRoutes(FlightService service, FlightServerOptions options)
{
    public IReadOnlyList<GrpcRoute> Routes =>
    [
        Route("Handshake", HandshakeAsync, isStreamed: true),
        Route("ListFlights", ListFlightsAsync),
        Route("GetFlightInfo", GetFlightInfoAsync, isUnary: true),
        Route("PollFlightInfo", PollFlightInfoAsync, isUnary: true),
        Route("GetSchema", GetSchemaAsync, isUnary: true),
        Route("DoGet", DoGetAsync),
        Route("DoPut", DoPutAsync, isData: true, isStreamed: true),
        Route("DoExchange", DoExchangeAsync, isData: true, isStreamed: true),
        Route("DoAction", DoActionAsync),
        Route("ListActions", ListActionsAsync),
    ];

    private static GrpcRoute Route(
        string method, GrpcHandler handler, bool isUnary = false, bool isData = false, bool isStreamed = false) =>
        new(FlightService.Path + method, isUnary, isData, isStreamed, handler);

    private static FlightDescriptor Require(Protos.FlightDescriptor message) => FlightDescriptor.FromMessage(message)!;

    private FlightCall Open(GrpcServerCall call)
    {
        var opened = new FlightCall(
            call.Method, call.RequestHeaders, call.Peer, call.Deadline, options.Allocator.Child(call.Method, options.MaxCallBytes))
        {
            Cancellation = call.Cancellation,
            OnIdentified = call.Identify,
            Ending = call.BreakOff,
        };
        call.ResponseHeaders = opened.ResponseHeaders;
        call.ResponseTrailers = opened.ResponseTrailers;
        return opened;
    }

    private async ValueTask<FlightCall> AuthenticateAsync(GrpcServerCall call)
    {
        FlightCall opened = Open(call);
        if (options.Authenticate is { } authenticate)
        {
            await authenticate(opened).ConfigureAwait(false);
        }

        return opened;
    }

    private async Task HandshakeAsync(GrpcServerCall call)
    {
        FlightCall opened = Open(call);
        var handshake = new FlightHandshake(call.Writer, new ServerHooks(call));
        await service.HandshakeAsync(handshake, opened).ConfigureAwait(false);
    }

    private async Task ListFlightsAsync(GrpcServerCall call)
    {
        FlightCall opened = await AuthenticateAsync(call).ConfigureAwait(false);
        Protos.Criteria criteria = await call.ReadSingleAsync(Protos.Criteria.Parser).ConfigureAwait(false);
        await foreach (FlightInfo info in service.ListFlightsAsync(criteria.Expression.Memory, opened)
            .WithCancellation(call.Cancellation).ConfigureAwait(false))
        {
            await call.Writer.WriteAsync(info.ToMessage()).ConfigureAwait(false);
        }
    }

    private async Task GetFlightInfoAsync(GrpcServerCall call)
    {
        (FlightCall opened, FlightDescriptor descriptor) = await ReadDescriptorAsync(call).ConfigureAwait(false);
        FlightInfo info = await service.GetFlightInfoAsync(descriptor, opened).ConfigureAwait(false);
        await call.Writer.WriteAsync(info.ToMessage()).ConfigureAwait(false);
    }

    private async Task PollFlightInfoAsync(GrpcServerCall call)
    {
        (FlightCall opened, FlightDescriptor descriptor) = await ReadDescriptorAsync(call).ConfigureAwait(false);
        FlightPollInfo info = await service.PollFlightInfoAsync(descriptor, opened).ConfigureAwait(false);
        await call.Writer.WriteAsync(info.ToMessage()).ConfigureAwait(false);
    }

    private async Task GetSchemaAsync(GrpcServerCall call)
    {
        (FlightCall opened, FlightDescriptor descriptor) = await ReadDescriptorAsync(call).ConfigureAwait(false);
        Schema schema = await service.GetSchemaAsync(descriptor, opened).ConfigureAwait(false);
        byte[] message = IpcMessageEncoder.Encapsulate(schema);
        await call.Writer.WriteAsync(new Protos.SchemaResult { Schema = UnsafeByteOperations.UnsafeWrap(message) })
            .ConfigureAwait(false);
    }

    private async Task DoGetAsync(GrpcServerCall call)
    {
        FlightCall opened = await AuthenticateAsync(call).ConfigureAwait(false);
        Protos.Ticket ticket = await call.ReadSingleAsync(Protos.Ticket.Parser).ConfigureAwait(false);
        FlightBatchWriter output = Output(call, opened);
        try
        {
            await service.DoGetAsync(ticket.Ticket_.Memory, output, opened).ConfigureAwait(false);
        }
        finally
        {
            output.Close();
        }
    }

    private async Task DoPutAsync(GrpcServerCall call)
    {
        FlightCall opened = await AuthenticateAsync(call).ConfigureAwait(false);
        await using FlightBatchReader input = Input(call, opened);
        await service.DoPutAsync(input, new FlightResultWriter(call.Writer), opened).ConfigureAwait(false);
    }

    private async Task DoExchangeAsync(GrpcServerCall call)
    {
        FlightCall opened = await AuthenticateAsync(call).ConfigureAwait(false);
        await using FlightBatchReader input = Input(call, opened);
        FlightBatchWriter output = Output(call, opened);
        try
        {
            await service.DoExchangeAsync(input, output, opened).ConfigureAwait(false);
        }
        finally
        {
            output.Close();
        }
    }

    private async Task DoActionAsync(GrpcServerCall call)
    {
        FlightCall opened = await AuthenticateAsync(call).ConfigureAwait(false);
        Protos.Action action = await call.ReadSingleAsync(Protos.Action.Parser).ConfigureAwait(false);
        await foreach (
            ReadOnlyMemory<byte> result in service.DoActionAsync(new FlightAction(action.Type, action.Body.Memory), opened)
            .WithCancellation(call.Cancellation).ConfigureAwait(false))
        {
            await call.Writer.WriteAsync(new Protos.Result { Body = UnsafeByteOperations.UnsafeWrap(result) })
                .ConfigureAwait(false);
        }
    }

    private async Task ListActionsAsync(GrpcServerCall call)
    {
        FlightCall opened = await AuthenticateAsync(call).ConfigureAwait(false);
        await call.ReadSingleAsync(Protos.Empty.Parser).ConfigureAwait(false);
        await foreach (FlightActionType type in service.ListActionsAsync(opened).WithCancellation(call.Cancellation)
            .ConfigureAwait(false))
        {
            await call.Writer.WriteAsync(new Protos.ActionType { Type = type.Type, Description = type.Description })
                .ConfigureAwait(false);
        }
    }

    private async ValueTask<(FlightCall Call, FlightDescriptor Descriptor)> ReadDescriptorAsync(GrpcServerCall call)
    {
        FlightCall opened = await AuthenticateAsync(call).ConfigureAwait(false);
        return (opened, Require(await call.ReadSingleAsync(Protos.FlightDescriptor.Parser).ConfigureAwait(false)));
    }

    private FlightBatchReader Input(GrpcServerCall call, FlightCall opened) =>
        new(opened.Allocator, options.Reader, new ServerHooks(call));

    private static FlightBatchWriter Output(GrpcServerCall call, FlightCall opened) =>
        new(new FlightDataWriter(call.Writer), opened.Allocator, new ServerHooks(call));

    private sealed class ServerHooks(GrpcServerCall call) : FlightStreamHooks
    {
        /// <summary>Sends headers before the first read: clients of two-way methods wait for them.</summary>
        public override async ValueTask<FrameReader> OpenAsync()
        {
            await call.StartAsync().ConfigureAwait(false);
            return call.Reader;
        }
    }
}
