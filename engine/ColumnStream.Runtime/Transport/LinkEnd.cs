using System;
using System.Collections.Generic;
using System.Threading;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Runtime.Transport;

/// <summary>Is one end of a link with its channels: the end that opened it receives, the end that accepted it sends.</summary>
/// <remarks>What cannot be, a frame too many or a number that nobody knows, loses the link and breaks all its channels.</remarks>
internal sealed class LinkEnd(TransportNode node, bool isConsumer, LinkCounters counters) : ILinkHandler
{
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, FrameSender> _senders = [];

    /// <summary>Holds what consumers opened before it was offered.</summary>
    private readonly Dictionary<uint, (WireMessage Opening, long SinceNs)> _early = [];

    /// <summary>Holds channels that are closed here, too, until the producer says that nothing of them follows.</summary>
    private readonly Dictionary<uint, FrameReceiver> _receivers = [];
    private readonly ChannelNumbers _numbers = new(node.Options.MaxChannels);
    private TransportLink? _link;
    private uint _nextChannel;
    private long _heardNs = node.NowNs;
    private bool _isAsked;
    private bool _isLost;

    /// <summary>Gets what counts frames.</summary>
    public LinkCounters Counters => counters;

    /// <summary>Gets the number of channels that are open.</summary>
    public int ChannelCount
    {
        get
        {
            lock (_gate)
            {
                return _senders.Count + _receivers.Count;
            }
        }
    }

    /// <summary>Gets what the other end is called.</summary>
    public string Peer => _link?.Peer ?? "?";

    /// <summary>Gets whether the link is lost.</summary>
    public bool IsLost
    {
        get
        {
            lock (_gate)
            {
                return _isLost;
            }
        }
    }

    /// <summary>Learns over what to send.</summary>
    public void Attach(TransportLink link) => _link = link;

    /// <summary>Sends a message, which moves.</summary>
    public void Send(WireMessage message) => _link!.Send(message);

    /// <summary>Releases what waits to be sent on a channel.</summary>
    public void Drop(uint channel) => _link!.Drop(channel);

    /// <summary>Adds a channel that is received here, and asks the other end for it.</summary>
    public void Open(FrameReceiver receiver)
    {
        ExternalException? refusal;
        lock (_gate)
        {
            uint channel = ++_nextChannel;
            receiver.Bind(this, channel);
            refusal = _isLost ? TransportFailure.Lost(Peer, "It was lost before.")
                : _receivers.Count >= node.Options.MaxChannels
                ? TransportFailure.Protocol($"Link has too many channels: {Peer}, limit {node.Options.MaxChannels}.")
                : null;
            if (refusal is null)
            {
                _heardNs = _receivers.Count == 0 ? node.NowNs : _heardNs;
                _receivers.Add(channel, receiver);
            }
        }

        if (refusal is null)
        {
            Send(receiver.Opening());
        }
        else
        {
            receiver.Fail(refusal);
        }
    }

    /// <summary>Tells the producer that a receiver is gone, unless it knows.</summary>
    public void CloseReceiver(uint channel, WireMessage closing)
    {
        lock (_gate)
        {
            if (_isLost || !_receivers.ContainsKey(channel))
            {
                return;
            }
        }

        Send(closing);
    }

    /// <summary>Breaks the channels of a job's attempts that are older than <paramref name="token"/>.</summary>
    public void Fence(string job, FencingToken token)
    {
        List<FrameReceiver> receivers = [];
        List<FrameSender> senders = [];
        lock (_gate)
        {
            foreach (FrameReceiver receiver in _receivers.Values)
            {
                if (receiver.Id.Job == job && receiver.Token < token)
                {
                    receivers.Add(receiver);
                }
            }

            foreach (FrameSender sender in _senders.Values)
            {
                if (sender.Id.Job == job && sender.Token < token)
                {
                    senders.Add(sender);
                }
            }
        }

        foreach (FrameReceiver receiver in receivers)
        {
            receiver.Fail(TransportFailure.Fenced(receiver.Id, receiver.Token, token));
        }

        foreach (FrameSender sender in senders)
        {
            sender.Fail(TransportFailure.Fenced(sender.Id, sender.Token, token));
        }
    }

    /// <summary>Serves the consumer that asked for a channel before it was offered.</summary>
    public void Offered(ChannelId id, FencingToken token)
    {
        WireMessage? opening = null;
        lock (_gate)
        {
            foreach ((uint channel, (WireMessage early, _)) in _early)
            {
                opening = early.Id == id && early.Token == token ? early : opening;
            }

        }

        if (opening is not null && OpenSender(opening, isWaiting: true) is { } wrong)
        {
            Break(wrong);
        }
    }

    /// <summary>Asks for a sign of life, and loses a link that has given none for long; all channels say again how far they are.</summary>
    public void Beat(long nowNs)
    {
        bool asks;
        bool isSilent;
        FrameSender[] senders;
        FrameReceiver[] receivers;
        RefuseLate(nowNs);
        lock (_gate)
        {
            if (_isLost || (_receivers.Count == 0 && _senders.Count == 0 && _early.Count == 0))
            {
                return;
            }

            isSilent = nowNs - _heardNs > (long)node.Options.HeartbeatTimeout.TotalNanoseconds;
            asks = isConsumer && !_isAsked;
            _isAsked |= asks;
            senders = [.. _senders.Values];
            receivers = [.. _receivers.Values];
        }

        if (isSilent)
        {
            Break(TransportFailure.Lost(Peer, $"Nothing was heard for {node.Options.HeartbeatTimeout.TotalSeconds:0.###} s."));
            return;
        }

        foreach (FrameSender sender in senders)
        {
            sender.Beat(this);
        }

        foreach (FrameReceiver receiver in receivers)
        {
            receiver.Beat();
        }

        if (asks)
        {
            Send(new WireMessage(WireKind.Ping));
        }
    }

    /// <summary>Loses the link.</summary>
    public void Break(Exception? failure)
    {
        Lost(failure);
        _link?.Close(failure);
    }

    /// <inheritdoc/>
    public void Received(WireMessage message)
    {
        Exception? wrong;
        try
        {
            lock (_gate)
            {
                _heardNs = node.NowNs;
                _isAsked = false;
            }

            wrong = isConsumer ? ToConsumer(message) : ToProducer(message);
        }
        catch (ColumnStreamException failure)
        {
            wrong = failure;
        }

        if (wrong is not null)
        {
            Break(wrong);
        }
    }

    /// <inheritdoc/>
    public void Lost(Exception? failure)
    {
        FrameSender[] senders;
        FrameReceiver[] receivers;
        lock (_gate)
        {
            if (_isLost)
            {
                return;
            }

            _isLost = true;
            senders = [.. _senders.Values];
            receivers = [.. _receivers.Values];
            _senders.Clear();
            _early.Clear();
            _receivers.Clear();
        }

        if (failure is not null)
        {
            counters.AddLost();
        }

        failure ??= TransportFailure.Lost(Peer, "The other node closed it.");
        foreach (FrameSender sender in senders)
        {
            sender.Fail(failure, isLinkLost: true);
        }

        foreach (FrameReceiver receiver in receivers)
        {
            receiver.Fail(failure);
        }

        node.Forget(this);
    }

    /// <summary>Refuses channels that were not offered in time.</summary>
    private void RefuseLate(long nowNs)
    {
        List<WireMessage> late = [];
        lock (_gate)
        {
            foreach ((WireMessage opening, long sinceNs) in _early.Values)
            {
                if (nowNs - sinceNs > (long)node.Options.OfferTimeout.TotalNanoseconds)
                {
                    late.Add(opening);
                }
            }

            foreach (WireMessage opening in late)
            {
                _early.Remove(opening.Channel);
            }
        }

        foreach (WireMessage opening in late)
        {
            Refuse(opening.Channel, TransportFailure.NotOffered(opening.Id!, opening.Token));
        }
    }

    private void Refuse(uint channel, Exception why) => Send(TransportFailure.Message(WireKind.Refused, channel, why));

    private static ExternalException Unknown(WireMessage message) =>
        TransportFailure.Protocol($"Message is not for this end or its channel is not known: {message.Kind} {message.Channel}.");

    private Exception? ToConsumer(WireMessage message)
    {
        if (message.Kind == WireKind.Pong)
        {
            return null;
        }

        FrameReceiver? receiver;
        lock (_gate)
        {
            if (!_receivers.TryGetValue(message.Channel, out receiver))
            {
                message.Release();
                return _isLost || IsOver(message) ? null : Unknown(message);
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

    private Exception? ToProducer(WireMessage message)
    {
        switch (message.Kind)
        {
            case WireKind.Ping:
                Send(new WireMessage(WireKind.Pong));
                return null;
            case WireKind.Open:
                return OpenSender(message, isWaiting: false);
        }

        FrameSender? sender;
        lock (_gate)
        {
            if (message.Kind == WireKind.Close && _early.Remove(message.Channel))
            {
                Send(new WireMessage(WireKind.Closed, message.Channel));
                return null;
            }

            if (message.Kind is not (WireKind.Credit or WireKind.Close) || !_numbers.Contains(message.Channel))
            {
                message.Release();
                return _isLost ? null : Unknown(message);
            }

            if (!_senders.TryGetValue(message.Channel, out sender))
            {
                return Again(message);
            }

            if (message.Kind == WireKind.Close)
            {
                _senders.Remove(message.Channel);
            }
        }

        if (message.Kind == WireKind.Credit)
        {
            return sender.Credit(this, message.First, message.Second)
                ? null
                : TransportFailure.Protocol($"Credit cannot be: {sender.Id}, {message.First}, {message.Second} bytes.");
        }

        sender.CloseByConsumer(isWhole: message.First != 0);
        Drop(message.Channel);
        Send(new WireMessage(WireKind.Closed, message.Channel));
        return null;
    }

    /// <summary>Answers again what concerns a channel that is refused or closed: the answer may still be on its way, or lost.</summary>
    private ExternalException? Again(WireMessage message)
    {
        if (!_isLost && !_early.ContainsKey(message.Channel))
        {
            if (message.Kind == WireKind.Close)
            {
                Send(new WireMessage(WireKind.Closed, message.Channel));
            }
            else
            {
                Refuse(message.Channel, TransportFailure.Closed("Channel was refused before."));
            }
        }

        return null;
    }

    /// <summary>Opens a channel for its consumer, refuses it, or lets it wait.</summary>
    /// <param name="message">The opening.</param>
    /// <param name="isWaiting">Whether it is among those that wait already.</param>
    private ExternalException? OpenSender(WireMessage message, bool isWaiting)
    {
        FrameSender? sender = null;
        bool isGreedy = message.First > node.Options.MaxWindowBytes || message.Second > node.Options.ControlReserveBytes * 16L;
        ExternalException? refusal = isGreedy
            ? TransportFailure.Protocol($"Window exceeds the limit: {message.First}, {node.Options.MaxWindowBytes} bytes.")
            : node.Find(message.Id!, message.Token, out sender);
        bool isEarly = false;
        lock (_gate)
        {
            if (_isLost)
            {
                return null;
            }

            if (isWaiting && !_early.Remove(message.Channel))
            {
                // It was closed, or is served by another thread.
                return null;
            }

            if (!isWaiting && !_numbers.TryAdd(message.Channel))
            {
                return TransportFailure.Protocol($"Channel's number is in use: {message.Channel}.");
            }

            if (refusal?.Code is null or TransportFailure.NotOfferedCode
                && _senders.Count + _early.Count >= node.Options.MaxChannels)
            {
                refusal = TransportFailure.Protocol($"Link has too many channels: limit {node.Options.MaxChannels}.");
            }

            if (refusal?.Code == TransportFailure.NotOfferedCode)
            {
                // Tasks of several nodes start in no order: the producer may be about to offer it.
                _early.Add(message.Channel, (message, node.NowNs));
                isEarly = true;
            }
            else if (refusal is null)
            {
                _senders.Add(message.Channel, sender!);
            }
        }

        if (isEarly)
        {
            // It may have been offered meanwhile.
            if (node.Find(message.Id!, message.Token, out _) is null)
            {
                Offered(message.Id!, message.Token);
            }

            return null;
        }

        if (refusal is null && !sender!.Open(this, message))
        {
            lock (_gate)
            {
                _senders.Remove(message.Channel);
            }

            refusal = sender.Failure as ExternalException
                ?? TransportFailure.NotOffered(message.Id!, message.Token);
        }

        if (refusal is not null)
        {
            Refuse(message.Channel, refusal);
        }

        return null;
    }
}
