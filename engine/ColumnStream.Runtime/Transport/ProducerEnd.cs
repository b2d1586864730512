using System;
using System.Collections.Generic;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Runtime.Transport;

/// <summary>Is the end that accepted a link: its channels send what the other end asks for.</summary>
internal sealed class ProducerEnd(TransportNode node, LinkCounters counters) : LinkEnd(node, counters)
{
    private readonly Dictionary<uint, FrameSender> _senders = [];

    /// <summary>Holds what consumers opened before it was offered.</summary>
    private readonly Dictionary<uint, (WireMessage Opening, long SinceNs)> _early = [];
    private readonly ChannelNumbers _numbers = new(node.Options.MaxChannels);

    /// <inheritdoc/>
    public override int ChannelCount
    {
        get
        {
            lock (Gate)
            {
                return _senders.Count;
            }
        }
    }

    /// <inheritdoc/>
    protected override bool HasChannels => _senders.Count > 0 || _early.Count > 0;

    /// <summary>Breaks the channels of a job's attempts that are older than <paramref name="token"/>.</summary>
    public void Fence(string job, FencingToken token)
    {
        foreach (FrameSender sender in Senders())
        {
            if (sender.Id.Job == job && sender.Token < token)
            {
                sender.Fail(TransportFailure.Fenced(sender.Id, sender.Token, token));
            }
        }
    }

    /// <summary>Serves the consumer that asked for a channel before it was offered.</summary>
    public void Offered(ChannelId id, FencingToken token)
    {
        WireMessage? opening = null;
        lock (Gate)
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

    /// <inheritdoc/>
    public override void Beat(long nowNs)
    {
        RefuseLate(nowNs);
        base.Beat(nowNs);
    }

    /// <inheritdoc/>
    protected override void BeatChannels(bool asks)
    {
        foreach (FrameSender sender in Senders())
        {
            sender.Beat(this);
        }
    }

    /// <inheritdoc/>
    protected override void LoseChannels(Exception failure)
    {
        FrameSender[] senders = Senders();
        lock (Gate)
        {
            _senders.Clear();
            _early.Clear();
        }

        foreach (FrameSender sender in senders)
        {
            sender.Fail(failure, isLinkLost: true);
        }
    }

    /// <inheritdoc/>
    protected override Exception? Take(WireMessage message)
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
        lock (Gate)
        {
            if (message.Kind == WireKind.Close && _early.Remove(message.Channel))
            {
                Send(new WireMessage(WireKind.Closed, message.Channel));
                return null;
            }

            if (message.Kind is not (WireKind.Credit or WireKind.Close) || !_numbers.Contains(message.Channel))
            {
                message.Release();
                return IsLost ? null : Unknown(message);
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

    /// <summary>Refuses channels that were not offered in time.</summary>
    private void RefuseLate(long nowNs)
    {
        List<WireMessage> late = [];
        lock (Gate)
        {
            foreach ((WireMessage opening, long sinceNs) in _early.Values)
            {
                if (nowNs - sinceNs > (long)Node.Options.OfferTimeout.TotalNanoseconds)
                {
                    late.Add(opening);
                }
            }

            foreach (WireMessage opening in late)
            {
                _early.Remove(opening.Channel);
                Refuse(opening.Channel, TransportFailure.NotOffered(opening.Id!, opening.Token));
            }
        }
    }

    /// <summary>Refuses a channel; under the gate, in which it is forgotten: else it would be answered first as one refused before.</summary>
    private void Refuse(uint channel, Exception why) => Send(TransportFailure.Message(WireKind.Refused, channel, why));

    /// <summary>Answers again what concerns a channel that is refused or closed: the answer may still be on its way, or lost.</summary>
    private ExternalException? Again(WireMessage message)
    {
        if (!IsLost && !_early.ContainsKey(message.Channel))
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
        bool isGreedy = message.First > Node.Options.MaxWindowBytes || message.Second > Node.Options.ControlReserveBytes * 16L;
        ExternalException? refusal = isGreedy
            ? TransportFailure.Protocol($"Window exceeds the limit: {message.First}, {Node.Options.MaxWindowBytes} bytes.")
            : Node.Find(message.Id!, message.Token, out sender);
        bool isEarly = false;
        lock (Gate)
        {
            if (IsLost)
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
                && _senders.Count + _early.Count >= Node.Options.MaxChannels)
            {
                refusal = TransportFailure.Protocol($"Link has too many channels: limit {Node.Options.MaxChannels}.");
            }

            if (refusal?.Code == TransportFailure.NotOfferedCode)
            {
                // Tasks of several nodes start in no order: the producer may be about to offer it.
                _early.Add(message.Channel, (message, Node.NowNs));
                isEarly = true;
            }
            else if (refusal is null)
            {
                _senders.Add(message.Channel, sender!);
            }
            else
            {
                Refuse(message.Channel, refusal);
            }
        }

        if (isEarly)
        {
            // It may have been offered meanwhile.
            if (Node.Find(message.Id!, message.Token, out _) is null)
            {
                Offered(message.Id!, message.Token);
            }

            return null;
        }

        if (refusal is null && !sender!.Open(this, message))
        {
            lock (Gate)
            {
                _senders.Remove(message.Channel);
                Refuse(
                    message.Channel,
                    sender.Failure as ExternalException ?? TransportFailure.NotOffered(message.Id!, message.Token));
            }
        }

        return null;
    }

    private FrameSender[] Senders()
    {
        lock (Gate)
        {
            return [.. _senders.Values];
        }
    }
}
