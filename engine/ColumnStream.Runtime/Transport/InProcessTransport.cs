using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Runtime.Transport;

/// <summary>Connects nodes of one process: frames pass from one to the other without a copy.</summary>
/// <remarks>Messages are delivered in turns of <paramref name="executor"/>, so that a seed replays them.</remarks>
/// <param name="executor">Gives the turns.</param>
public sealed class InProcessTransport(Executor executor) : ITransport
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Listener> _listeners = new(StringComparer.Ordinal);
    private readonly HashSet<InProcessLink> _links = [];
    private readonly JobShare _share = new();
    private int _names;
    private bool _isDisposed;

    /// <inheritdoc/>
    public ValueTask<ITransportListener> ListenAsync(
        TransportEndpoint endpoint, ITransportHost host, CancellationToken cancellation = default)
    {
        lock (_gate)
        {
            string address = endpoint.Address.Length > 0 ? endpoint.Address : $"node-{++_names}";
            var listener = new Listener(this, new TransportEndpoint(address), host);
            return _listeners.TryAdd(address, listener)
                ? new ValueTask<ITransportListener>(listener)
                : throw TransportFailure.Lost(address, "Another node listens there.");
        }
    }

    /// <inheritdoc/>
    public TransportLink Connect(TransportEndpoint endpoint, ILinkHandler handler)
    {
        var near = new InProcessLink(this, endpoint.Address, executor, _share);
        var far = new InProcessLink(this, "a node of this process", executor, _share);
        near.Bind(far, handler);
        Listener? listener;
        lock (_gate)
        {
            _listeners.TryGetValue(endpoint.Address, out listener);
            if (_isDisposed || listener is null)
            {
                listener = null;
            }
            else
            {
                _links.Add(near);
                _links.Add(far);
            }
        }

        if (listener is null)
        {
            near.Refuse(TransportFailure.Lost(endpoint.Address, "Nobody listens there."));
            return near;
        }

        far.Bind(near, null);
        far.Accept(listener.Host);
        return near;
    }

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>> RequestAsync(
        TransportEndpoint endpoint, ReadOnlyMemory<byte> request, TimeSpan timeout, CancellationToken cancellation = default)
    {
        Listener? listener;
        lock (_gate)
        {
            _listeners.TryGetValue(endpoint.Address, out listener);
        }

        if (listener is null)
        {
            throw TransportFailure.Lost(endpoint.Address, "Nobody listens there.");
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var question = new InProcessRequest(executor, _share, listener.Host, request.ToArray(), timeout, endpoint.Address, ending);
        using CancellationTokenRegistration registration = cancellation.Register(question.Cancel);
        question.Notify();
        return await question.Answer;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        InProcessLink[] links;
        lock (_gate)
        {
            _isDisposed = true;
            _listeners.Clear();
            links = [.. _links];
        }

        foreach (InProcessLink link in links)
        {
            link.Close(null);
        }

        return default;
    }

    internal void Forget(InProcessLink link)
    {
        lock (_gate)
        {
            _links.Remove(link);
        }
    }

    private sealed class Listener(InProcessTransport owner, TransportEndpoint endpoint, ITransportHost host) : ITransportListener
    {
        public TransportEndpoint Endpoint => endpoint;

        public ITransportHost Host => host;

        public ValueTask DisposeAsync()
        {
            lock (owner._gate)
            {
                owner._listeners.Remove(endpoint.Address);
            }

            return default;
        }
    }
}
