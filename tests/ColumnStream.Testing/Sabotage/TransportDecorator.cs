using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Runtime.Transport;

namespace ColumnStream.Testing.Sabotage;

/// <summary>Passes everything on to another transport; bugs spoil what the consumer's end of a link sends and receives.</summary>
/// <param name="inner">The other transport.</param>
/// <param name="makeBug">Makes what spoils one link.</param>
internal sealed class TransportDecorator(ITransport inner, Func<LinkBug> makeBug) : ITransport
{
    private readonly List<LinkBug> _bugs = [];

    public ValueTask<ITransportListener> ListenAsync(
        TransportEndpoint endpoint, ITransportHost host, CancellationToken cancellation = default) =>
        inner.ListenAsync(endpoint, host, cancellation);

    public TransportLink Connect(TransportEndpoint endpoint, ILinkHandler handler)
    {
        LinkBug bug = makeBug();
        _bugs.Add(bug);
        return new Link(inner.Connect(endpoint, new Handler(handler, bug)), bug);
    }

    public ValueTask<ReadOnlyMemory<byte>> RequestAsync(
        TransportEndpoint endpoint, ReadOnlyMemory<byte> request, TimeSpan timeout, CancellationToken cancellation = default) =>
        inner.RequestAsync(endpoint, request, timeout, cancellation);

    public ValueTask DisposeAsync()
    {
        _bugs.ForEach(static bug => bug.Lost());
        return inner.DisposeAsync();
    }

    private sealed class Link(TransportLink inner, LinkBug bug) : TransportLink
    {
        public override string Peer => inner.Peer;

        public override void Send(WireMessage message) => inner.Send(bug.Sent(message));

        public override void Drop(uint channel) => inner.Drop(channel);

        public override void Close(Exception? failure) => inner.Close(failure);
    }

    private sealed class Handler(ILinkHandler inner, LinkBug bug) : ILinkHandler
    {
        public void Received(WireMessage message) => bug.Received(message, inner.Received);

        public void Lost(Exception? failure)
        {
            bug.Lost();
            inner.Lost(failure);
        }
    }
}
