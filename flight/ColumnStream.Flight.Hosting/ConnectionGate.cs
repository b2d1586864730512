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
/// An address may open so many connections a second; one that ends before a caller of it was known, or is closed for what it did, counts as
/// several. <see cref="ConnectionPlaces"/> shares the places.
/// </remarks>
internal sealed class ConnectionGate(GrpcProfile profile, TimeProvider time)
{
    private const int UnknownCost = 5;
    private const int AbuseCost = 25;
    private const int MostAddresses = 10_000;
    private const string TooMany = "Too many connections of this address in a second.";
    private readonly Lock _lock = new();
    private readonly Farewell _farewell = new(time);
    private readonly ConnectionPlaces _places = new(profile.MaxConnections);
    private readonly Dictionary<IPAddress, TokenBucket> _buckets = [];
    private readonly Dictionary<IPAddress, (AddressTurns Turns, int Connections)> _turns = [];

    /// <summary>Gets the connections that have a place.</summary>
    public int Connections => _places.Count;

    /// <summary>Serves a connection, or ends it.</summary>
    public async Task RunAsync(ConnectionContext connection, GrpcListener listener, ConnectionDelegate next)
    {
        IPAddress address = AddressOf(connection);
        bool isLocal = connection.RemoteEndPoint is not IPEndPoint;
        if (!isLocal && listener.AllowedNetworks.Count > 0 && !listener.AllowedNetworks.Any(n => n.Contains(address)))
        {
            connection.Abort(new ConnectionAbortedException("The network of this connection is not allowed."));
            return;
        }

        if (!isLocal && !TrySpend(address))
        {
            if (listener.IsTls)
            {
                connection.Abort(new ConnectionAbortedException(TooMany));
                return;
            }

            await _farewell.SayAsync(connection, TooMany).ConfigureAwait(false);
            return;
        }

        using var entry = new GateEntry(connection, address, ShareTurns(address), _places, time);
        _places.Arrive(entry);
        try
        {
            connection.Items[typeof(GateEntry)] = entry;
            await entry.ServeAsync(next(connection)).ConfigureAwait(false);
        }
        finally
        {
            _places.Leave(entry);
            ReturnTurns(address);
            if (!isLocal)
            {
                Charge(entry);
            }
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

    private bool TrySpend(IPAddress address)
    {
        lock (_lock)
        {
            return Bucket(address).TrySpend(1, time.GetTimestamp());
        }
    }

    private void Charge(GateEntry entry)
    {
        int cost = entry.IsAbusive ? AbuseCost : entry.Holder is null ? UnknownCost : 0;
        if (cost > 0)
        {
            lock (_lock)
            {
                Bucket(entry.Address).Charge(cost, time.GetTimestamp());
            }
        }
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
