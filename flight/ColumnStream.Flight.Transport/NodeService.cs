using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;
using ColumnStream.Runtime.Transport;

namespace ColumnStream.Flight.Transport;

/// <summary>Takes links as DoExchange and requests as DoAction.</summary>
internal sealed class NodeService(ITransportHost host, FlightTransport owner) : FlightService
{
    /// <summary>Names links; the number goes with the form of their messages.</summary>
    public const string LinkName = "columnstream.link.1";

    /// <summary>Names requests.</summary>
    public const string RequestName = "columnstream.request.1";

    public override async Task DoExchangeAsync(FlightBatchReader input, FlightBatchWriter output, FlightCall call)
    {
        if (await input.ReadMessageAsync().ConfigureAwait(false) is null
            || input.Descriptor is not { Path: [LinkName] })
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, $"Exchange is no link of a node: expected {LinkName}.");
        }

        using var link = new FlightLink(call.Peer.Address?.ToString() ?? "a node of this machine");
        if (!owner.Add(link))
        {
            throw new GrpcException(GrpcStatusCode.Unavailable, "The node is stopping.");
        }

        ILinkHandler handler = host.Accept(link);
        Exception? failure = null;
        try
        {
            failure = await link.RunAsync(input, output, handler, call.BreakOff).ConfigureAwait(false);
        }
        finally
        {
            link.Finish(failure);
            owner.Remove(link);
            handler.Lost(failure);
        }

        throw new GrpcException(GrpcStatusCode.Aborted, failure?.Message ?? "The node closed the link.");
    }

    public override async IAsyncEnumerable<ReadOnlyMemory<byte>> DoActionAsync(
        FlightAction action, FlightCall call)
    {
        if (action.Type != RequestName)
        {
            throw new GrpcException(GrpcStatusCode.Unimplemented, $"Node does not know the action: {action.Type}.");
        }

        yield return await host.AnswerAsync(action.Body, call.Cancellation).ConfigureAwait(false);
    }
}
