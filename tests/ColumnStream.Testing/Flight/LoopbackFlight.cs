using System;
using System.Collections.Concurrent;
using System.Threading.Tasks;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Flight;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Hosting;

namespace ColumnStream.Testing.Flight;

/// <summary>Runs a Flight server on a free port and a client to it; at the end nothing may be left of what was lent.</summary>
public sealed class LoopbackFlight : IAsyncDisposable
{
    private readonly BufferPool _pool;

    private LoopbackFlight(FlightService service, Func<FlightServerOptions, FlightServerOptions>? change)
    {
        _pool = BufferPools.FromEnvironment();
        ServerAccount = new BufferAllocator("server", _pool);
        ClientAccount = new BufferAllocator("client", _pool);
        var options = new FlightServerOptions
        {
            Allocator = ServerAccount,
            Grpc = new GrpcServerOptions { Listeners = [GrpcListener.Loopback()], Log = Errors.Enqueue },
            Reader = IpcReaderOptions.Default,
        };
        Server = new FlightServer(service, change?.Invoke(options) ?? options);
    }

    /// <summary>Gets whether the environment asks for this project's own HTTP/2 client, which every test of Flight must pass with.</summary>
    public static bool UsesDirectHttp2 { get; } = Environment.GetEnvironmentVariable("COLUMNSTREAM_HTTP2") == "direct";

    /// <summary>Gets the server.</summary>
    public FlightServer Server { get; }

    /// <summary>Gets the client.</summary>
    public FlightClient Client { get; private set; } = null!;

    /// <summary>Gets what pays for what the server holds.</summary>
    public BufferAllocator ServerAccount { get; }

    /// <summary>Gets what pays for what the client holds.</summary>
    public BufferAllocator ClientAccount { get; }

    /// <summary>Gets the errors that the server told its log.</summary>
    public ConcurrentQueue<Exception> Errors { get; } = new();

    /// <summary>Gets the port of the first listener.</summary>
    public int Port => Server.Addresses[0]!.Port;

    /// <summary>Starts both.</summary>
    public static async Task<LoopbackFlight> StartAsync(
        FlightService service,
        Func<FlightServerOptions, FlightServerOptions>? server = null,
        Func<GrpcChannelOptions, GrpcChannelOptions>? client = null)
    {
        var loopback = new LoopbackFlight(service, server);
        await loopback.Server.StartAsync();
        var channel = new GrpcChannelOptions { Host = "localhost", Port = loopback.Server.Addresses[0]?.Port ?? 0, UsesDirectHttp2 = UsesDirectHttp2 };
        loopback.Client = loopback.Connect(client?.Invoke(channel) ?? channel);
        return loopback;
    }

    /// <summary>Makes another client; its caller disposes of it.</summary>
    public FlightClient Connect(GrpcChannelOptions channel) =>
        new(new FlightClientOptions
        {
            Channel = channel with { UsesDirectHttp2 = channel.UsesDirectHttp2 || UsesDirectHttp2 }, Allocator = ClientAccount,
        });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        ClientAccount.Dispose();
        _pool.Dispose();
    }
}
