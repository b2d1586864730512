using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Runtime.Transport;

namespace ColumnStream.Testing.Sabotage;

/// <summary>Passes everything on to another transport; bugs spoil what one end of a link sends and receives.</summary>
/// <param name="inner">The other transport.</param>
/// <param name="makeBug">Makes what spoils the consumer's end of one link.</param>
/// <param name="makeProducerBug">Makes what spoils the producer's end of one link, or null.</param>
internal sealed class TransportDecorator(ITransport inner, Func<LinkBug> makeBug, Func<LinkBug>? makeProducerBug = null) : ITransport
{
    private readonly List<LinkBug> _bugs = [];

    public ValueTask<ITransportListener> ListenAsync(
        TransportEndpoint endpoint, ITransportHost host, CancellationToken cancellation = default) =>
        inner.ListenAsync(endpoint, makeProducerBug is null ? host : new Host(this, host, makeProducerBug), cancellation);

    public TransportLink Connect(TransportEndpoint endpoint, ILinkHandler handler)
    {
        LinkBug bug = Keep(makeBug());
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

    private LinkBug Keep(LinkBug bug)
    {
        _bugs.Add(bug);
        return bug;
    }

    private sealed class Host(TransportDecorator owner, ITransportHost inner, Func<LinkBug> makeBug) : ITransportHost
    {
        public ILinkHandler Accept(TransportLink link)
        {
            LinkBug bug = owner.Keep(makeBug());
            return new Handler(inner.Accept(new Link(link, bug)), bug);
        }

        public ValueTask<ReadOnlyMemory<byte>> AnswerAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation) =>
            inner.AnswerAsync(request, cancellation);
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
