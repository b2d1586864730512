using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight;

/// <summary>Answers Flight's calls; what is not overridden is refused as not implemented.</summary>
/// <remarks>
/// Calls run at once on many threads. An error leaves as its status: <see cref="GrpcException"/> as it says, a full account as
/// RESOURCE_EXHAUSTED, unreadable bytes as INVALID_ARGUMENT, others through the map of the server's options.
/// </remarks>
public abstract class FlightService
{
    /// <summary>The path in front of every method's name.</summary>
    internal const string Path = "/arrow.flight.protocol.FlightService/";

    /// <summary>Talks with a client about who it is; headers of the first answer leave before the first request is read.</summary>
    public virtual Task HandshakeAsync(FlightHandshake handshake, FlightCall call) => throw Missing(call);

    /// <summary>Lists streams that fit the client's criteria.</summary>
    public virtual IAsyncEnumerable<FlightInfo> ListFlightsAsync(ReadOnlyMemory<byte> criteria, FlightCall call) =>
        throw Missing(call);

    /// <summary>Plans how a stream can be read.</summary>
    public virtual Task<FlightInfo> GetFlightInfoAsync(FlightDescriptor descriptor, FlightCall call) => throw Missing(call);

    /// <summary>Starts a query, or says how far it is.</summary>
    public virtual Task<FlightPollInfo> PollFlightInfoAsync(FlightDescriptor descriptor, FlightCall call) => throw Missing(call);

    /// <summary>Returns a stream's schema.</summary>
    public virtual Task<Schema> GetSchemaAsync(FlightDescriptor descriptor, FlightCall call) => throw Missing(call);

    /// <summary>Writes the stream of a ticket.</summary>
    public virtual Task DoGetAsync(ReadOnlyMemory<byte> ticket, FlightBatchWriter output, FlightCall call) => throw Missing(call);

    /// <summary>Reads what a client uploads; each answer is the application's own bytes.</summary>
    public virtual Task DoPutAsync(FlightBatchReader input, FlightResultWriter results, FlightCall call) => throw Missing(call);

    /// <summary>Reads and writes batches at once.</summary>
    public virtual Task DoExchangeAsync(FlightBatchReader input, FlightBatchWriter output, FlightCall call) => throw Missing(call);

    /// <summary>Does something else; results are the action's own.</summary>
    public virtual IAsyncEnumerable<ReadOnlyMemory<byte>> DoActionAsync(FlightAction action, FlightCall call) =>
        throw Missing(call);

    /// <summary>Lists the actions that <see cref="DoActionAsync"/> knows.</summary>
    public virtual IAsyncEnumerable<FlightActionType> ListActionsAsync(FlightCall call) => throw Missing(call);

    private static GrpcException Missing(FlightCall call) =>
        new(GrpcStatusCode.Unimplemented, $"This server does not serve the method: {call.Method}.");
}
