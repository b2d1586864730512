using System;
using System.Collections.Generic;

namespace ColumnStream.Runtime.Transport;

/// <summary>Is the end that opened a link: its channels receive.</summary>
internal sealed class ConsumerEnd(TransportNode node, LinkCounters counters) : LinkEnd(node, counters)
{
    /// <summary>Holds channels that are closed here, too, until the producer says that nothing of them follows.</summary>
    private readonly Dictionary<uint, FrameReceiver> _receivers = [];
    private uint _nextChannel;

    /// <inheritdoc/>
    public override int ChannelCount
    {
        get
        {
            lock (Gate)
            {
                return _receivers.Count;
            }
        }
    }

    /// <inheritdoc/>
    protected override bool HasChannels => _receivers.Count > 0;

    /// <summary>Adds a channel that is received here, and asks the other end for it; one too many fails.</summary>
    /// <returns>Why the link is lost and the channel may be opened over another, or null.</returns>
    public Exception? Open(FrameReceiver receiver)
    {
        bool hasRoom;
        lock (Gate)
        {
            hasRoom = !IsLost && _receivers.Count < Node.Options.MaxChannels;
            receiver.Bind(this, hasRoom ? ++_nextChannel : 0);
            if (Loss is not null)
            {
                return Loss;
            }

            if (hasRoom)
            {
                if (_receivers.Count == 0)
                {
                    Hear();
                }

                _receivers.Add(_nextChannel, receiver);
            }
        }

        if (hasRoom)
        {
            receiver.Open();
        }
        else
        {
            receiver.Fail(TransportFailure.Protocol($"Link has too many channels: {Peer}, limit {Node.Options.MaxChannels}."));
        }

        return null;
    }

    /// <summary>Tells the producer that a receiver is gone, unless it knows.</summary>
    public void CloseReceiver(uint channel, WireMessage closing)
    {
        lock (Gate)
        {
            if (IsLost || !_receivers.ContainsKey(channel))
            {
                return;
            }
        }

        Send(closing);
    }

    /// <inheritdoc/>
    protected override void BeatChannels(bool asks)
    {
        foreach (FrameReceiver receiver in Receivers())
        {
            receiver.Beat();
        }

        if (asks)
        {
            Send(new WireMessage(WireKind.Ping));
        }
    }

    /// <inheritdoc/>
    protected override void LoseChannels(Exception failure)
    {
        FrameReceiver[] receivers = Receivers();
        lock (Gate)
        {
            _receivers.Clear();
        }

        foreach (FrameReceiver receiver in receivers)
        {
            receiver.Fail(failure);
        }
    }

    /// <inheritdoc/>
    protected override Exception? Take(WireMessage message)
    {
        if (message.Kind == WireKind.Pong)
        {
            return null;
        }

        FrameReceiver? receiver;
        lock (Gate)
        {
            if (!_receivers.TryGetValue(message.Channel, out receiver))
            {
                message.Release();
                return IsLost || IsOver(message) ? null : Unknown(message);
            }

            if (message.Kind is WireKind.Closed or WireKind.Refused)
            {
                _receivers.Remove(message.Channel);
            }
        }

        switch (message.Kind)
        {
            case WireKind.Data or WireKind.Control:
                return receiver.Deliver(message);
            case WireKind.Count:
                return receiver.Count(message.First);
            case WireKind.End:
                return receiver.End(message.First);
            case WireKind.Failed or WireKind.Refused:
                receiver.Fail(TransportFailure.Remote(message));
                return null;
            case WireKind.Closed:
                return null;
            default:
                return Unknown(message);
        }
    }

    /// <summary>Says whether a message is the second answer to what was said twice.</summary>
    private bool IsOver(WireMessage message) =>
        message.Kind is WireKind.Closed or WireKind.Refused && message.Channel > 0 && message.Channel <= _nextChannel;

    private FrameReceiver[] Receivers()
    {
        lock (Gate)
        {
            return [.. _receivers.Values];
        }
    }
}
