using System;
using System.Collections.Generic;
using System.Threading;

namespace ColumnStream.Runtime.Transport;

/// <summary>Holds the links of a node: one to each node that it reads from, and those that others opened to read from it.</summary>
/// <remarks>Thread-safe; its lock is taken inside the node's, never the other way round.</remarks>
/// <param name="node">The node.</param>
/// <param name="transport">Opens links.</param>
internal sealed class NodeLinks(TransportNode node, ITransport transport)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ConsumerEnd> _opened = new(StringComparer.Ordinal);
    private readonly HashSet<LinkEnd> _links = [];
    private readonly Dictionary<string, LinkCounters> _readFrom = new(StringComparer.Ordinal);
    private readonly LinkCounters _readBy = new();
    private bool _isClosed;

    /// <summary>Returns the link to a node, which is opened where there is none.</summary>
    public ConsumerEnd To(TransportEndpoint endpoint, out bool isNew)
    {
        lock (_gate)
        {
            isNew = !_opened.TryGetValue(endpoint.Address, out ConsumerEnd? link);
            if (link is null)
            {
                if (!_readFrom.TryGetValue(endpoint.Address, out LinkCounters? counters))
                {
                    _readFrom.Add(endpoint.Address, counters = new LinkCounters());
                }

                counters.AddConnect();
                link = new ConsumerEnd(node, counters);
                _opened.Add(endpoint.Address, link);
                _links.Add(link);
                link.Attach(transport.Connect(endpoint, link));
            }

            return link;
        }
    }

    /// <summary>Takes a link that another node opened.</summary>
    /// <param name="link">What carries its messages.</param>
    /// <param name="isOpen">Is false where the node is closed; then its end must be broken.</param>
    public ProducerEnd Accept(TransportLink link, out bool isOpen)
    {
        _readBy.AddConnect();
        var end = new ProducerEnd(node, _readBy);
        end.Attach(link);
        lock (_gate)
        {
            isOpen = !_isClosed && _links.Add(end);
        }

        return end;
    }

    /// <summary>Serves consumers that asked for a channel before it was offered.</summary>
    public void Offered(ChannelId id, FencingToken token)
    {
        foreach (LinkEnd link in All())
        {
            (link as ProducerEnd)?.Offered(id, token);
        }
    }

    /// <summary>Breaks what others read of a job's attempts that are older than <paramref name="token"/>.</summary>
    public void Fence(string job, FencingToken token)
    {
        foreach (LinkEnd link in All())
        {
            (link as ProducerEnd)?.Fence(job, token);
        }
    }

    /// <summary>Looks after all links; returns whether there are any.</summary>
    public bool Beat(long nowNs)
    {
        LinkEnd[] links = All();
        foreach (LinkEnd link in links)
        {
            link.Beat(nowNs);
        }

        return links.Length > 0;
    }

    /// <summary>Loses all links.</summary>
    public void Break(Exception? failure)
    {
        foreach (LinkEnd link in All())
        {
            link.Break(failure);
        }
    }

    /// <summary>Loses all links, and takes no other.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
        }

        Break(null);
    }

    /// <summary>Forgets a link that is lost; what it counted stays.</summary>
    public void Forget(LinkEnd link)
    {
        lock (_gate)
        {
            _links.Remove(link);
            string? address = null;
            foreach ((string key, ConsumerEnd value) in _opened)
            {
                address = ReferenceEquals(value, link) ? key : address;
            }

            if (address is not null)
            {
                _opened.Remove(address);
            }
        }
    }

    /// <summary>Shows what went over links: a line a node that was read from, in order, and one for each place where others read from this node.</summary>
    public List<LinkMetrics> Metrics(IReadOnlyList<ITransportListener> listeners)
    {
        lock (_gate)
        {
            var lines = new List<LinkMetrics>();
            foreach ((string address, LinkCounters counters) in _readFrom)
            {
                lines.Add(Line(address, isConsumer: true, counters));
            }

            lines.Sort(static (a, b) => string.CompareOrdinal(a.Endpoint, b.Endpoint));
            foreach (ITransportListener listener in listeners)
            {
                lines.Add(Line(listener.Endpoint.Address, isConsumer: false, _readBy));
            }

            return lines;
        }
    }

    private LinkMetrics Line(string endpoint, bool isConsumer, LinkCounters counters)
    {
        int links = 0;
        int channels = 0;
        foreach (LinkEnd link in _links)
        {
            if (ReferenceEquals(link.Counters, counters))
            {
                links++;
                channels += link.ChannelCount;
            }
        }

        return counters.Read(endpoint, isConsumer, links, channels);
    }

    private LinkEnd[] All()
    {
        lock (_gate)
        {
            return [.. _links];
        }
    }
}
