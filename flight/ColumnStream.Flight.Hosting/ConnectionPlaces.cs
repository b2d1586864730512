using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading;

namespace ColumnStream.Flight.Hosting;

/// <summary>Shares a server's places among arrivals, whom nobody knows yet, and the holders of connections whose callers are known.</summary>
/// <remarks>
/// An eighth of the places is kept for arrivals, who take free ones too and push out only each other: the oldest of the address with most of
/// them. A holder (a user; where nobody is asked, an address) may have three times as many places as are free, so that one alone gets three
/// quarters of them and others always find some. Where a newcomer is over that, or nothing is free, a connection makes room: one without
/// calls of whoever has more than the newcomer, the longest quiet first; else the youngest of whoever still has more behind it.
/// Within one user addresses are weighed in the same way. Thread-safe.
/// </remarks>
internal sealed class ConnectionPlaces
{
    /// <summary>Says why a call ended whose connection was sent away.</summary>
    public const string Ended =
        "The place of this connection was needed for another user: this one has most of them (--max-connections).";

    private const int ArrivalsPart = 8;
    private const int ShareOfFree = 3;
    private const string Advice = "Close connections, try again later, or start the server with more (--max-connections).";
    private readonly int _most;
    private readonly int _mostKnown;
    private readonly Lock _lock = new();
    private readonly LinkedList<GateEntry> _arrivals = [];
    private readonly LinkedList<GateEntry> _known = [];

    /// <summary>Makes places.</summary>
    /// <param name="most">How many; at least two.</param>
    public ConnectionPlaces(int most)
    {
        _most = most;
        _mostKnown = most - Math.Max(1, most / ArrivalsPart);
    }

    /// <summary>Gets the places that are taken.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _arrivals.Count + _known.Count;
            }
        }
    }

    /// <summary>Gives an arrival a place, and sends another one away where there is none.</summary>
    public void Arrive(GateEntry entry)
    {
        GateEntry? leaving = null;
        lock (_lock)
        {
            if (_arrivals.Count + _known.Count >= _most && _arrivals.Count >= _most - _mostKnown)
            {
                leaving = OldestArrival();
                _arrivals.Remove(leaving);
            }

            _arrivals.AddLast(entry);
        }

        leaving?.SendAway();
    }

    /// <summary>Gives an arrival whose caller is known a place of its holder's; null, or why there is none.</summary>
    public string? Settle(GateEntry entry, object holder)
    {
        GateEntry? leaving = null;
        lock (_lock)
        {
            LinkedListNode<GateEntry>? node = entry.Holder is null ? _arrivals.Find(entry) : null;
            if (node is null)
            {
                // It has a place, or was sent away and may end its calls.
                return null;
            }

            int held = _known.Count(e => e.Holder!.Equals(holder));
            int free = _mostKnown - _known.Count;
            if (free == 0 || held >= ShareOfFree * free)
            {
                leaving = Choose(entry.Address, holder, isFull: free == 0);
                if (leaving is null)
                {
                    return free == 0
                        ? $"No place for this connection: all {_mostKnown} are taken, {held} by {holder}. {Advice}"
                        : $"No place for this connection: {holder} has {held} of {_mostKnown}, as many as one may while {free} are "
                            + $"free. {Advice}";
                }

                _known.Remove(leaving);
            }

            _arrivals.Remove(node);
            _known.AddLast(node);
            entry.Holder = holder;
        }

        leaving?.SendAway();
        return null;
    }

    /// <summary>Takes back the place of a connection that is over.</summary>
    public void Leave(GateEntry entry)
    {
        lock (_lock)
        {
            (entry.Holder is null ? _arrivals : _known).Remove(entry);
        }
    }

    private GateEntry OldestArrival()
    {
        IPAddress most = _arrivals.CountBy(static e => e.Address).MaxBy(static c => c.Value).Key;
        return _arrivals.First(e => e.Address.Equals(most));
    }

    private GateEntry? Choose(IPAddress address, object holder, bool isFull)
    {
        Dictionary<object, int> held = _known.CountBy(static e => e.Holder!).ToDictionary();
        Dictionary<IPAddress, int> mine = _known.Where(e => e.Holder!.Equals(holder)).CountBy(static e => e.Address).ToDictionary();
        return _known.Where(e => isFull || e.Holder!.Equals(holder)).Where(MayGo)
            .OrderByDescending(static e => e.IsQuiet).ThenByDescending(e => held[e.Holder!])
            .ThenBy(static e => e.IsQuiet ? e.QuietSince : -e.QuietSince).FirstOrDefault();

        bool MayGo(GateEntry other)
        {
            bool isMine = other.Holder!.Equals(holder);
            int more = isMine ? mine[other.Address] - mine.GetValueOrDefault(address)
                : held[other.Holder] - held.GetValueOrDefault(holder);
            return other.IsQuiet ? isMine || more > 0 : more > 1;
        }
    }
}
