using System;
using System.Threading;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Runtime.Transport;

/// <summary>Is one end of a link: what carries messages, signs of life, and the loss of all at once.</summary>
/// <remarks>What cannot be, a frame too many or a number that nobody knows, loses the link and breaks all its channels.</remarks>
internal abstract class LinkEnd(TransportNode node, LinkCounters counters) : ILinkHandler
{
    private TransportLink? _link;
    private long _heardNs = node.NowNs;
    private bool _isAsked;

    /// <summary>Gets what counts frames.</summary>
    public LinkCounters Counters => counters;

    /// <summary>Gets the number of channels that are open.</summary>
    public abstract int ChannelCount { get; }

    /// <summary>Gets what the other end is called.</summary>
    public string Peer => _link?.Peer ?? "?";

    /// <summary>Gets the node.</summary>
    protected TransportNode Node => node;

    /// <summary>Gets what guards the channels.</summary>
    protected Lock Gate { get; } = new();

    /// <summary>Gets why the link is lost, or null; under the gate.</summary>
    protected Exception? Loss { get; private set; }

    /// <summary>Gets whether the link is lost; under the gate.</summary>
    protected bool IsLost => Loss is not null;

    /// <summary>Gets whether there is anything for which the other end has to live; under the gate.</summary>
    protected abstract bool HasChannels { get; }

    /// <summary>Learns over what to send.</summary>
    public void Attach(TransportLink link) => _link = link;

    /// <summary>Sends a message, which moves.</summary>
    public void Send(WireMessage message) => _link!.Send(message);

    /// <summary>Releases what waits to be sent on a channel.</summary>
    public void Drop(uint channel) => _link!.Drop(channel);

    /// <summary>Asks for a sign of life, and loses a link that has given none for long; all channels say again how far they are.</summary>
    public virtual void Beat(long nowNs)
    {
        bool asks;
        bool isSilent;
        lock (Gate)
        {
            if (IsLost || !HasChannels)
            {
                return;
            }

            isSilent = nowNs - _heardNs > (long)node.Options.HeartbeatTimeout.TotalNanoseconds;
            asks = !_isAsked;
            _isAsked = true;
        }

        if (isSilent)
        {
            Break(TransportFailure.Lost(Peer, $"Nothing was heard for {node.Options.HeartbeatTimeout.TotalSeconds:0.###} s."));
        }
        else
        {
            BeatChannels(asks);
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
            lock (Gate)
            {
                Hear();
                _isAsked = false;
            }

            wrong = Take(message);
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
        Exception loss = failure ?? TransportFailure.Lost(Peer, "The other node closed it.");
        lock (Gate)
        {
            if (IsLost)
            {
                return;
            }

            Loss = loss;
        }

        if (failure is not null)
        {
            counters.AddLost();
        }

        LoseChannels(loss);
        node.Forget(this);
    }

    /// <summary>Makes the error of a message that cannot be.</summary>
    protected static ExternalException Unknown(WireMessage message) =>
        TransportFailure.Protocol($"Message is not for this end or its channel is not known: {message.Kind} {message.Channel}.");

    /// <summary>Counts silence from now on; under the gate.</summary>
    protected void Hear() => _heardNs = node.NowNs;

    /// <summary>Takes over a message; returns why the link cannot go on, or null.</summary>
    protected abstract Exception? Take(WireMessage message);

    /// <summary>Lets all channels say again how far they are.</summary>
    /// <param name="asks">Whether the other end was not asked for a sign of life since the last one.</param>
    protected abstract void BeatChannels(bool asks);

    /// <summary>Breaks all channels: the link is lost.</summary>
    protected abstract void LoseChannels(Exception failure);
}
