using System;
using System.Collections.Generic;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Hosting;
using ColumnStream.Runtime.Transport;

namespace ColumnStream.Flight.Transport;

/// <summary>Moves messages between nodes over Flight: HTTP/2 on loopback, TLS with certificates of both ends, Unix sockets.</summary>
/// <remarks>
/// A link is a DoExchange that the consumer's node opens, on a connection for data; requests are DoActions on another, so that no
/// frame, however large, holds one up. Bodies are written from where they stand and received into one buffer each.
/// </remarks>
public sealed class FlightTransport : ITransport
{
    /// <summary>A node sends much and receives little: credit and requests.</summary>
    private static readonly GrpcProfile s_profile = GrpcProfile.Nodes with
    {
        MaxStreams = 128, StreamWindowBytes = 1 << 20, ConnectionWindowBytes = 128 << 20,
    };

    private readonly FlightTransportOptions _options;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, FlightClient> _clients = new(StringComparer.Ordinal);
    private readonly HashSet<FlightLink> _links = [];
    private readonly HashSet<Task> _running = [];
    private readonly HashSet<Listener> _listeners = [];
    private bool _isDisposed;

    /// <summary>Makes a transport, which connects where it is asked to.</summary>
    public FlightTransport(FlightTransportOptions options) => _options = options;

    /// <inheritdoc/>
    public async ValueTask<ITransportListener> ListenAsync(
        TransportEndpoint endpoint, ITransportHost host, CancellationToken cancellation = default)
    {
        var server = new FlightServer(new NodeService(host, this), new FlightServerOptions
        {
            Allocator = _options.Allocator,
            Grpc = new GrpcServerOptions
            {
                Listeners = [FlightAddress.Listener(endpoint, _options)],
                Profile = s_profile,
                MaxMessageBytes = _options.MaxRequestBytes,
                MaxDataMessageBytes = 1 << 20,
                Time = _options.Time,
                Log = _options.Log,
            },
        });
        try
        {
            await server.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is System.IO.IOException or System.Net.Sockets.SocketException)
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw TransportFailure.Lost(endpoint.Address, $"It cannot be listened to. {error.Message}", error);
        }

        IPEndPoint? taken = server.Addresses[0];
        var listener = new Listener(this, server, FlightAddress.Reached(endpoint, taken));
        lock (_gate)
        {
            _listeners.Add(listener);
        }

        return listener;
    }

    /// <inheritdoc/>
    public TransportLink Connect(TransportEndpoint endpoint, ILinkHandler handler)
    {
        var link = new FlightLink(endpoint.Address);
        Task running = ServeAsync(link, endpoint, handler);
        lock (_gate)
        {
            _running.RemoveWhere(static task => task.IsCompleted);
            _running.Add(running);
        }

        return link;
    }

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>> RequestAsync(
        TransportEndpoint endpoint, ReadOnlyMemory<byte> request, TimeSpan timeout, CancellationToken cancellation = default)
    {
        try
        {
            await foreach (ReadOnlyMemory<byte> answer in Client(endpoint).DoActionAsync(
                new FlightAction(NodeService.RequestName, request),
                new GrpcCallOptions { Timeout = timeout, Cancellation = cancellation }).ConfigureAwait(false))
            {
                return answer;
            }
        }
        catch (GrpcException late) when (late.Status.Code == GrpcStatusCode.DeadlineExceeded)
        {
            throw TransportFailure.Timeout(endpoint.Address, timeout);
        }
        catch (GrpcException error)
        {
            throw TransportFailure.Lost(endpoint.Address, error.Status.Message, error);
        }

        throw TransportFailure.Lost(endpoint.Address, "It gave no answer.");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        FlightLink[] links;
        Task[] running;
        Listener[] listeners;
        FlightClient[] clients;
        lock (_gate)
        {
            _isDisposed = true;
            links = [.. _links];
            running = [.. _running];
            listeners = [.. _listeners];
            clients = [.. _clients.Values];
        }

        foreach (FlightLink link in links)
        {
            link.Close(null);
        }

        await Task.WhenAll(running).ConfigureAwait(false);
        foreach (Listener listener in listeners)
        {
            await listener.StopAsync().ConfigureAwait(false);
        }

        foreach (FlightClient client in clients)
        {
            client.Dispose();
        }
    }

    internal bool Add(FlightLink link)
    {
        lock (_gate)
        {
            return !_isDisposed && _links.Add(link);
        }
    }

    internal void Remove(FlightLink link)
    {
        lock (_gate)
        {
            _links.Remove(link);
        }
    }

    private FlightClient Client(TransportEndpoint endpoint)
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                throw TransportFailure.Lost(endpoint.Address, "This node is closed.");
            }

            if (!_clients.TryGetValue(endpoint.Address, out FlightClient? client))
            {
                client = new FlightClient(new FlightClientOptions
                {
                    Channel = FlightAddress.Channel(endpoint, _options),
                    Allocator = _options.Allocator,
                });
                _clients.Add(endpoint.Address, client);
            }

            return client;
        }
    }

    /// <summary>Opens the exchange of a link and runs it to its end.</summary>
    private async Task ServeAsync(FlightLink link, TransportEndpoint endpoint, ILinkHandler handler)
    {
        // The caller may hold locks.
        await Task.Yield();
        using FlightLink owned = link;
        Exception? failure = null;
        try
        {
            if (!Add(link))
            {
                throw TransportFailure.Lost(endpoint.Address, "This node is closed.");
            }

            FlightExchange exchange = await Client(endpoint).DoExchangeAsync(
                FlightDescriptor.FromPath(NodeService.LinkName), new GrpcCallOptions { Cancellation = link.Ending })
                .ConfigureAwait(false);
            await using (exchange.ConfigureAwait(false))
            {
                await exchange.Writer.WriteMetadataAsync(default).ConfigureAwait(false);
                failure = await link.RunAsync(exchange.Reader, exchange.Writer, handler, link.BreakOff).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (FlightLink.IsKnown(error))
        {
            failure ??= link.Map(error);
        }
        finally
        {
            link.Finish(failure);
            Remove(link);
            handler.Lost(failure);
        }
    }

    private sealed class Listener(FlightTransport owner, FlightServer server, TransportEndpoint endpoint) : ITransportListener
    {
        private int _isStopped;

        public TransportEndpoint Endpoint => endpoint;

        public async ValueTask DisposeAsync()
        {
            await StopAsync().ConfigureAwait(false);
            lock (owner._gate)
            {
                owner._listeners.Remove(this);
            }
        }

        /// <summary>Stops the server; its links end with it.</summary>
        public async ValueTask StopAsync()
        {
            if (Interlocked.Exchange(ref _isStopped, 1) == 0)
            {
                await server.StopAsync(TimeSpan.Zero).ConfigureAwait(false);
                await server.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
