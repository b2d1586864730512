using System;
using System.Collections.Concurrent;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Hosting;

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

    public int Port => Server.Addresses[0]!.Port;

    public static async Task<MatrixServer> StartAsync(GrpcListener? listener = null, Func<GrpcServerOptions, GrpcServerOptions>? change = null)
    {
        var options = new GrpcServerOptions { Listeners = [listener ?? GrpcListener.Loopback()] };
        var server = new MatrixServer(change?.Invoke(options) ?? options);
        await server.Server.StartAsync();
        return server;
    }

    /// <summary>Makes a channel, which its caller disposes of.</summary>
    public GrpcChannel Connect(Func<GrpcChannelOptions, GrpcChannelOptions>? change = null)
    {
        var options = new GrpcChannelOptions { Host = "localhost", Port = Server.Addresses[0]?.Port ?? 0 };
        return new GrpcChannel(change?.Invoke(options) ?? options);
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
