using System;
using System.Collections.Generic;
using System.Threading;

namespace ColumnStream.Runtime.Transport;

/// <summary>Holds what waits to be sent on a link, in order.</summary>
/// <remarks>Thread-safe. Channels' credit bounds what is in it.</remarks>
/// <param name="wake">Is told when something came into an empty queue, or it was closed; never called under a lock.</param>
public sealed class WireQueue(Action wake)
{
    private readonly Lock _gate = new();
    private LinkedList<WireMessage> _messages = new();
    private bool _isClosed;

    /// <summary>Gets whether nothing is taken any more.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_gate)
            {
                return _isClosed;
            }
        }
    }

    /// <summary>Gets whether nothing waits.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _messages.Count == 0;
            }
        }
    }

    /// <summary>Takes over a message; a closed queue releases it.</summary>
    public void Add(WireMessage message)
    {
        bool isFirst = false;
        bool isDropped;
        lock (_gate)
        {
            isDropped = _isClosed;
            if (!isDropped)
            {
                isFirst = _messages.Count == 0;
                _messages.AddLast(message);
            }
        }

        if (isDropped)
        {
            message.Release();
        }
        else if (isFirst)
        {
            wake();
        }
    }

    /// <summary>Takes the oldest message.</summary>
    public bool TryTake(out WireMessage message)
    {
        lock (_gate)
        {
            if (_messages.First is { } first)
            {
                _messages.RemoveFirst();
                message = first.Value;
                return true;
            }
        }

        message = null!;
        return false;
    }

    /// <summary>Releases all frames of a channel, and takes back what counts them.</summary>
    public void Drop(uint channel)
    {
        List<WireMessage> dropped = [];
        lock (_gate)
        {
            for (LinkedListNode<WireMessage>? node = _messages.First; node is not null;)
            {
                LinkedListNode<WireMessage>? next = node.Next;
                if (node.Value.Channel == channel
                    && node.Value.Kind is (WireKind.Data or WireKind.Control or WireKind.End or WireKind.Count))
                {
                    dropped.Add(node.Value);
                    _messages.Remove(node);
                }

                node = next;
            }
        }

        foreach (WireMessage message in dropped)
        {
            message.Release();
        }
    }

    /// <summary>Takes no more and releases what waits; returns whether it was open.</summary>
    public bool Close()
    {
        LinkedList<WireMessage> left;
        lock (_gate)
        {
            if (_isClosed)
            {
                return false;
            }

            _isClosed = true;
            left = _messages;
            _messages = new LinkedList<WireMessage>();
        }

        foreach (WireMessage message in left)
        {
            message.Release();
        }

        wake();
        return true;
    }
}
