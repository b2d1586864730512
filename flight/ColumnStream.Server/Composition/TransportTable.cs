using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Errors;
using ColumnStream.Flight.Transport;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Runtime.Transport;

namespace ColumnStream.Server.Composition;

/// <summary>Makes the ways of <c>exchange.transport</c>: one line each, and each is made when a job first takes it.</summary>
/// <param name="memory">Pays for what arrives.</param>
/// <param name="workers">Move messages inside the process.</param>
/// <param name="io">Looks after links, by a clock that jobs' tests do not move.</param>
internal sealed class TransportTable(BufferAllocator memory, Executor workers, Executor io) : IDisposable
{
    private static readonly SortedDictionary<string, Func<TransportTable, (ITransport Transport, string Endpoint)>> s_ways =
        new(StringComparer.Ordinal)
        {
            ["flight"] = static table => (table.Flight(), "http://127.0.0.1:0"),
            ["flight-unix"] = static table => (table.Flight(), $"unix:{table.SocketPath()}"),
            ["in-process"] = static table => (new InProcessTransport(table._workers), ""),
        };

    private readonly BufferAllocator _memory = memory;
    private readonly Executor _workers = workers;
    private readonly Executor _io = io;
    private readonly Dictionary<string, (ITransport Transport, ExchangeRoute Route)> _made = new(StringComparer.Ordinal);
    private string? _folder;

    /// <summary>Returns the way of a name; null for <c>local</c>.</summary>
    /// <exception cref="UserException">There is no such way.</exception>
    /// <exception cref="ExternalException">It cannot be opened.</exception>
    public ExchangeRoute? Route(string name)
    {
        if (name == "local")
        {
            return null;
        }

        lock (_made)
        {
            if (!_made.TryGetValue(name, out (ITransport Transport, ExchangeRoute Route) made))
            {
                (ITransport transport, string endpoint) = s_ways.TryGetValue(name, out var make)
                    ? make(this)
                    : throw new UserException(
                        3111, $"Transport is unknown: '{name}'. Expected local, {string.Join(", ", s_ways.Keys)}.");
                var node = new TransportNode(transport, _io);
                TransportEndpoint reached = node.ListenAsync(new TransportEndpoint(endpoint)).AsTask().GetAwaiter().GetResult();
                made = (transport, new ExchangeRoute(node, reached));
                _made.Add(name, made);
            }

            return made.Route;
        }
    }

    /// <summary>Shows what went over the links of each way that was made.</summary>
    public IReadOnlyList<(string Transport, LinkMetrics Metrics)> Links()
    {
        lock (_made)
        {
            return [.. _made.SelectMany(way => way.Value.Route.Node.Links().Select(metrics => (way.Key, metrics)))];
        }
    }

    /// <summary>Closes nodes, then what they speak over.</summary>
    public void Dispose()
    {
        lock (_made)
        {
            foreach ((ITransport transport, ExchangeRoute route) in _made.Values)
            {
                route.Node.DisposeAsync().AsTask().GetAwaiter().GetResult();
                transport.DisposeAsync().AsTask().GetAwaiter().GetResult();
            }

            _made.Clear();
        }

        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private FlightTransport Flight() => new(new FlightTransportOptions { Allocator = _memory });

    private string SocketPath()
    {
        _folder = Directory.CreateTempSubdirectory("columnstream-node-").FullName;
        return Path.Combine(_folder, "node.sock");
    }
}
