using System;
using System.Collections.Generic;
using System.Net;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Flight.Hosting;

/// <summary>Serves a <see cref="FlightService"/> over gRPC.</summary>
public sealed class FlightServer : IAsyncDisposable
{
    private readonly GrpcServer _server;

    /// <summary>Makes a server, which listens from <see cref="StartAsync"/> on.</summary>
    public FlightServer(FlightService service, FlightServerOptions options) =>
        _server = new GrpcServer(options.Grpc, new FlightRoutes(service, options).Routes);

    /// <summary>Gets the addresses that the listeners took, in their order; null for a Unix socket.</summary>
    public IReadOnlyList<IPEndPoint?> Addresses => _server.Addresses;

    /// <summary>Gets the calls that run now.</summary>
    public int ActiveCalls => _server.ActiveCalls;

    /// <summary>Gets the bytes of the network's own blocks, in use and idle.</summary>
    public long NetworkBytes => _server.NetworkBytes;

    /// <summary>Begins to listen.</summary>
    public Task StartAsync(CancellationToken cancellation = default) => _server.StartAsync(cancellation);

    /// <summary>
    /// Stops listening, asks clients to leave, lets running calls end for <paramref name="drain"/>, and then ends them as UNAVAILABLE.
    /// </summary>
    public Task StopAsync(TimeSpan drain) => _server.StopAsync(drain);

    /// <summary>Ends all calls and lets go of everything.</summary>
    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
