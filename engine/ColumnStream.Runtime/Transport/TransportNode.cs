using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Errors;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Runtime.Transport;

/// <summary>Is one node in the network: offers channels to others, opens theirs, asks and answers.</summary>
/// <remarks>
/// <code>
/// producer's node: Offer(id, token) -> FrameSender          consumer's node: Open(endpoint, id, token, window) -> FrameReceiver
///                  frames, end  ------------------------->                   queue, credit
/// </code>
/// The consumer opens. All channels between two nodes share one link, each with a window of its own: one that is not read holds up
/// nothing else, because every link is always drained into the channels' queues. Thread-safe. Disposing breaks all channels; the
/// transport is its owner's, and is disposed of behind the node.
/// </remarks>
public sealed class TransportNode : ITransportHost, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly ITransport _transport;
    private readonly Executor _executor;
    private readonly TransportPulse _pulse;
    private readonly Dictionary<ChannelId, FrameSender> _offers = [];
    private readonly Dictionary<string, FencingToken> _newest = new(StringComparer.Ordinal);
    private readonly HashSet<FrameReceiver> _receivers = [];
    private readonly List<ITransportListener> _listeners = [];
    private readonly RequestTable _requests = new();
    private readonly NodeLinks _links;
    private bool _isDisposed;

    /// <summary>Makes a node.</summary>
    /// <param name="transport">Moves the messages; its owner disposes of it behind the node.</param>
    /// <param name="executor">Looks after links, and tells the time.</param>
    /// <param name="options">What channels may cost.</param>
    public TransportNode(ITransport transport, Executor executor, TransportOptions? options = null)
    {
        _transport = transport;
        _executor = executor;
        Options = options ?? new TransportOptions();
        _links = new NodeLinks(this, transport);
        _pulse = new TransportPulse(this, executor);
    }

    /// <summary>Gets what channels may cost and how long the node waits.</summary>
    public TransportOptions Options { get; }

    internal long NowNs => _executor.Now;

    internal bool IsDisposed
    {
        get
        {
            lock (_gate)
            {
                return _isDisposed;
            }
        }
    }

    /// <summary>Begins to take links and requests; returns where other nodes reach this one.</summary>
    /// <exception cref="ExternalException">The endpoint cannot be used.</exception>
    public async ValueTask<TransportEndpoint> ListenAsync(TransportEndpoint endpoint, CancellationToken cancellation = default)
    {
        ITransportListener listener = await _transport.ListenAsync(endpoint, this, cancellation);
        lock (_gate)
        {
            if (!_isDisposed)
            {
                _listeners.Add(listener);
                return listener.Endpoint;
            }
        }

        await listener.DisposeAsync();
        throw Gone();
    }

    /// <summary>Offers a channel, which its consumer may open once.</summary>
    /// <param name="id">The channel.</param>
    /// <param name="token">The attempt; an offer of an older one fails.</param>
    /// <param name="wake">Is told of news; called from any thread, must not block.</param>
    /// <exception cref="ExternalException">A newer attempt at the job is known (5072).</exception>
    public FrameSender Offer(ChannelId id, FencingToken token, Action wake)
    {
        var sender = new FrameSender(this, id, token, wake);
        Fence(id.Job, token);
        lock (_gate)
        {
            CheckOpen(id, token);
            if (_offers.TryGetValue(id, out FrameSender? older) && older.Token >= token)
            {
                throw new InvariantException(9001, $"Channel is offered already: {id}, attempt {older.Token}.");
            }

            _offers[id] = sender;
        }

        _links.Offered(id, token);
        return sender;
    }

    /// <summary>Opens a channel of another node; frames come until its end, or it fails.</summary>
    /// <param name="endpoint">The producer's node.</param>
    /// <param name="id">The channel.</param>
    /// <param name="token">The attempt.</param>
    /// <param name="windowBytes">Bytes that may be on their way and in the queue; one frame may exceed them.</param>
    /// <param name="wake">Is told of frames; called from any thread, must not block.</param>
    /// <exception cref="ExternalException">A newer attempt at the job is known (5072).</exception>
    public FrameReceiver Open(TransportEndpoint endpoint, ChannelId id, FencingToken token, long windowBytes, Action wake)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(windowBytes, 1);
        var receiver = new FrameReceiver(this, id, token, windowBytes, wake);
        Fence(id.Job, token);
        while (true)
        {
            ConsumerEnd link;
            bool isNew;
            lock (_gate)
            {
                CheckOpen(id, token);
                _receivers.Add(receiver);
                link = _links.To(endpoint, out isNew);
            }

            if (isNew)
            {
                _pulse.Notify();
            }

            if (link.Open(receiver) is not { } loss)
            {
                return receiver;
            }

            if (isNew)
            {
                receiver.Fail(loss);
                return receiver;
            }

            // It was lost with channels of others: this one knows nothing of that, and gets a new one.
            _links.Forget(link);
        }
    }

    /// <summary>Makes a newer attempt at a job known: channels of older ones break, here and where they lead to.</summary>
    public void Fence(string job, FencingToken token)
    {
        FrameSender[] waiting;
        FrameReceiver[] receivers;
        lock (_gate)
        {
            if (_newest.TryGetValue(job, out FencingToken newest) && newest >= token)
            {
                return;
            }

            _newest[job] = token;
            waiting = [.. _offers.Values];
            receivers = [.. _receivers];
        }

        _links.Fence(job, token);
        foreach (FrameReceiver receiver in receivers)
        {
            if (receiver.Id.Job == job && receiver.Token < token)
            {
                receiver.Fail(TransportFailure.Fenced(receiver.Id, receiver.Token, token));
            }
        }

        foreach (FrameSender sender in waiting)
        {
            if (sender.Id.Job == job && sender.Token < token)
            {
                sender.Fail(TransportFailure.Fenced(sender.Id, sender.Token, token));
            }
        }
    }

    /// <summary>Forgets a job that has ended for ever, so that memory of its attempts does not grow.</summary>
    public void Forget(string job)
    {
        lock (_gate)
        {
            _newest.Remove(job);
        }
    }

    /// <summary>Answers requests of a method; before <see cref="ListenAsync"/>.</summary>
    public void Handle(string method, RequestHandler handler) => _requests.Add(method, handler);

    /// <summary>Asks another node.</summary>
    /// <param name="endpoint">The node.</param>
    /// <param name="method">What it is asked.</param>
    /// <param name="payload">The question's bytes.</param>
    /// <param name="timeout">How long the answer may take.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ExternalException">The node cannot be reached (5070), does not answer in time (5073), or failed to answer.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> RequestAsync(
        TransportEndpoint endpoint,
        string method,
        ReadOnlyMemory<byte> payload,
        TimeSpan timeout,
        CancellationToken cancellation = default)
    {
        byte[] request = RequestFormat.Write(method, payload.Span);
        return RequestFormat.ReadAnswer(await _transport.RequestAsync(endpoint, request, timeout, cancellation), endpoint.Address);
    }

    /// <summary>Shows what went over links: a line a node that was read from, in order, and one for all nodes that read from this one.</summary>
    public IReadOnlyList<LinkMetrics> Links()
    {
        lock (_gate)
        {
            return _links.Metrics(_listeners);
        }
    }

    /// <inheritdoc/>
    ILinkHandler ITransportHost.Accept(TransportLink link)
    {
        ProducerEnd end = _links.Accept(link, out bool isOpen);
        if (isOpen)
        {
            _pulse.Notify();
        }
        else
        {
            end.Break(Gone());
        }

        return end;
    }

    /// <inheritdoc/>
    ValueTask<ReadOnlyMemory<byte>> ITransportHost.AnswerAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation) =>
        _requests.AnswerAsync(request, cancellation);

    /// <summary>Stops listening and breaks all channels.</summary>
    public async ValueTask DisposeAsync()
    {
        ITransportListener[] listeners;
        FrameSender[] waiting;
        FrameReceiver[] receivers;
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            listeners = [.. _listeners];
            waiting = [.. _offers.Values];
            receivers = [.. _receivers];
        }

        _links.Close();
        foreach (FrameReceiver receiver in receivers)
        {
            receiver.Discard(Gone());
        }

        foreach (FrameSender sender in waiting)
        {
            sender.Fail(Gone());
        }

        foreach (ITransportListener listener in listeners)
        {
            await listener.DisposeAsync();
        }

        _pulse.Notify();
    }

    /// <summary>Finds the offer of a channel that a consumer wants to open, or says why there is none.</summary>
    internal ExternalException? Find(ChannelId id, FencingToken token, out FrameSender? sender)
    {
        sender = null;
        bool isKnown;
        lock (_gate)
        {
            isKnown = _newest.TryGetValue(id.Job, out FencingToken newest);
            if (isKnown && token < newest)
            {
                return TransportFailure.Fenced(id, token, newest);
            }
        }

        // Whoever comes with a newer token shows that what is offered here is old.
        if (isKnown)
        {
            Fence(id.Job, token);
        }

        lock (_gate)
        {
            return _offers.TryGetValue(id, out sender) && sender.Token == token ? null : TransportFailure.NotOffered(id, token);
        }
    }

    internal void Withdraw(FrameSender sender)
    {
        lock (_gate)
        {
            if (_offers.TryGetValue(sender.Id, out FrameSender? offered) && ReferenceEquals(offered, sender))
            {
                _offers.Remove(sender.Id);
            }
        }
    }

    internal void Forget(FrameReceiver receiver)
    {
        lock (_gate)
        {
            _receivers.Remove(receiver);
        }
    }

    internal void Forget(LinkEnd link) => _links.Forget(link);

    /// <summary>Gets whether all frames that this node sent to itself were taken.</summary>
    internal bool IsQuiet
    {
        get
        {
            List<(FrameSender Sender, FrameReceiver Receiver)> pairs = [];
            lock (_gate)
            {
                foreach (FrameReceiver receiver in _receivers)
                {
                    if (_offers.TryGetValue(receiver.Id, out FrameSender? sender))
                    {
                        pairs.Add((sender, receiver));
                    }
                }
            }

            return pairs.TrueForAll(static pair => pair.Sender.FramesSent == pair.Receiver.FramesTaken);
        }
    }

    /// <summary>Looks after all links; returns whether there are any.</summary>
    internal bool Beat(long nowNs) => _links.Beat(nowNs);

    internal void FailAll(Exception failure) => _links.Break(failure);

    private static ExternalException Gone() => TransportFailure.Closed("Node is closed.");

    private void CheckOpen(ChannelId id, FencingToken token)
    {
        if (_isDisposed)
        {
            throw Gone();
        }

        if (_newest.TryGetValue(id.Job, out FencingToken newest) && token < newest)
        {
            throw TransportFailure.Fenced(id, token, newest);
        }
    }
}
