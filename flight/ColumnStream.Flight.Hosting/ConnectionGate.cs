using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Connections;

namespace ColumnStream.Flight.Hosting;

/// <summary>Decides who may connect, before a byte is read, and who must leave where all places are taken.</summary>
/// <remarks>
/// A connection is proven once a call of it was somebody's who is known. Where no place is left, the oldest unproven connection of the
/// address with most of them leaves: whoever opens connections for nothing takes places from itself. Proven ones are never sent away.
/// An address may open so many connections a second; one that ends unproven, or is closed for what it did, counts as several.
/// </remarks>
internal sealed class ConnectionGate(GrpcProfile profile, TimeProvider time)
{
    private const int UnprovenCost = 5;
    private const int AbuseCost = 25;
    private const int MostAddresses = 10_000;
    private readonly Lock _lock = new();
    private readonly LinkedList<GateEntry> _entries = new();
    private readonly Dictionary<IPAddress, TokenBucket> _buckets = [];
    private readonly Dictionary<IPAddress, (AddressTurns Turns, int Connections)> _turns = [];

    /// <summary>Gets the connections that were refused or sent away.</summary>
    public long Refused { get; private set; }

    /// <summary>Serves a connection, or ends it.</summary>
    public async Task RunAsync(ConnectionContext connection, GrpcListener listener, ConnectionDelegate next)
    {
        IPAddress address = AddressOf(connection);
        bool isLocal = connection.RemoteEndPoint is not IPEndPoint;
        if (!isLocal && listener.AllowedNetworks.Count > 0 && !listener.AllowedNetworks.Any(n => n.Contains(address)))
        {
            Refuse(connection);
            return;
        }

        var entry = new GateEntry(connection, address, ShareTurns(address));
        try
        {
            LinkedListNode<GateEntry>? node = Enter(entry, isLocal);
            if (node is null)
            {
                Refuse(connection);
                return;
            }

            connection.Items[typeof(GateEntry)] = entry;
            try
            {
                await next(connection).ConfigureAwait(false);
            }
            finally
            {
                Leave(node, isLocal);
            }
        }
        finally
        {
            ReturnTurns(address);
        }
    }

    /// <summary>Gives the turns of an address, the same to all connections that it has at a time.</summary>
    internal AddressTurns ShareTurns(IPAddress address)
    {
        lock (_lock)
        {
            (AddressTurns turns, int connections) = _turns.TryGetValue(address, out (AddressTurns, int) found)
                ? found : (new AddressTurns(), 0);
            _turns[address] = (turns, connections + 1);
            return turns;
        }
    }

    /// <summary>Takes back what <see cref="ShareTurns"/> gave; behind the last one the address is forgotten.</summary>
    internal void ReturnTurns(IPAddress address)
    {
        lock (_lock)
        {
            (AddressTurns turns, int connections) = _turns[address];
            if (connections == 1)
            {
                _turns.Remove(address);
            }
            else
            {
                _turns[address] = (turns, connections - 1);
            }
        }
    }

    private static IPAddress AddressOf(ConnectionContext connection)
    {
        IPAddress address = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    private void Refuse(ConnectionContext connection)
    {
        lock (_lock)
        {
            Refused++;
        }

        connection.Abort(new ConnectionAbortedException("No place for this connection."));
    }

    private LinkedListNode<GateEntry>? Enter(GateEntry entry, bool isLocal)
    {
        GateEntry? leaving = null;
        LinkedListNode<GateEntry> node;
        lock (_lock)
        {
            if (!isLocal && !Bucket(entry.Address).TrySpend(1, time.GetTimestamp()))
            {
                return null;
            }

            if (_entries.Count >= profile.MaxConnections)
            {
                leaving = Oldest(entry.Address);
                if (leaving is null)
                {
                    return null;
                }

                _entries.Remove(leaving);
                Refused++;
            }

            node = _entries.AddLast(entry);
        }

        leaving?.Connection.Abort(new ConnectionAbortedException("The place was needed for another connection."));
        return node;
    }

    private void Leave(LinkedListNode<GateEntry> node, bool isLocal)
    {
        lock (_lock)
        {
            if (node.List is not null)
            {
                _entries.Remove(node);
            }

            int cost = node.Value.IsAbusive ? AbuseCost : node.Value.IsProven ? 0 : UnprovenCost;
            if (cost > 0 && !isLocal)
            {
                Bucket(node.Value.Address).Charge(cost, time.GetTimestamp());
            }
        }
    }

    /// <summary>Finds the oldest unproven connection of the address that has most of them, the newcomer counted with its own.</summary>
    private GateEntry? Oldest(IPAddress newcomer)
    {
        var counts = new Dictionary<IPAddress, int> { [newcomer] = 1 };
        foreach (GateEntry entry in _entries.Where(static e => !e.IsProven))
        {
            counts[entry.Address] = counts.GetValueOrDefault(entry.Address) + 1;
        }

        IPAddress most = counts.MaxBy(static c => c.Value).Key;
        return _entries.FirstOrDefault(e => !e.IsProven && e.Address.Equals(most));
    }

    private TokenBucket Bucket(IPAddress address)
    {
        if (!_buckets.TryGetValue(address, out TokenBucket? bucket))
        {
            if (_buckets.Count >= MostAddresses)
            {
                long now = time.GetTimestamp();
                foreach (IPAddress full in _buckets.Where(b => b.Value.IsFull(now)).Select(static b => b.Key).ToArray())
                {
                    _buckets.Remove(full);
                }
            }

            bucket = new TokenBucket(profile.MaxConnectionsPerSecond, 2 * profile.MaxConnectionsPerSecond, time);
            _buckets[address] = bucket;
        }

        return bucket;
    }
}
