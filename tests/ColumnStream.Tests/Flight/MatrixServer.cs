using System;
using System.Collections.Concurrent;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Hosting;
using ColumnStream.Testing.Flight;

namespace ColumnStream.Tests.Flight;

/// <summary>Runs the matrix's server on a free port.</summary>
internal sealed class MatrixServer : IAsyncDisposable
{
    private MatrixServer(GrpcServerOptions options)
    {
        Options = options with { Log = Errors.Enqueue };
        Server = new GrpcServer(Options, Routes.Routes);
    }

    public GrpcServerOptions Options { get; }

    public MatrixRoutes Routes { get; } = new();

    public GrpcServer Server { get; }

    /// <summary>Gets the errors that the server told its log.</summary>
    public ConcurrentQueue<Exception> Errors { get; } = new();

    public bool IsDirect { get; private init; }

    public int Port => Server.Addresses[0]!.Port;

    /// <param name="listener">Where it listens; by default on a free port of this machine.</param>
    /// <param name="change">What else its options say.</param>
    /// <param name="isDirect">Whether channels to it use this project's own HTTP/2 client, unless they say otherwise.</param>
    public static async Task<MatrixServer> StartAsync(
        GrpcListener? listener = null, Func<GrpcServerOptions, GrpcServerOptions>? change = null, bool isDirect = false)
    {
        var options = new GrpcServerOptions { Listeners = [listener ?? GrpcListener.Loopback()] };
        var server = new MatrixServer(change?.Invoke(options) ?? options) { IsDirect = isDirect || LoopbackFlight.UsesDirectHttp2 };
        await server.Server.StartAsync();
        return server;
    }

    /// <summary>Makes a channel, which its caller disposes of.</summary>
    public GrpcChannel Connect(Func<GrpcChannelOptions, GrpcChannelOptions>? change = null)
    {
        var options = new GrpcChannelOptions { Host = "localhost", Port = Server.Addresses[0]?.Port ?? 0, UsesDirectHttp2 = IsDirect };
        return new GrpcChannel(change?.Invoke(options) ?? options);
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
