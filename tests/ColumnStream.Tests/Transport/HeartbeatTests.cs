using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Runtime.Transport;
using ColumnStream.Testing.Transport;
using Xunit;

namespace ColumnStream.Tests.Transport;

/// <summary>Holds heartbeats, which come from a thread of their own, against what goes on between two steps of a channel.</summary>
public sealed class HeartbeatTests
{
    /// <summary>A new link is looked after at once, so this meets channels that are about to be opened; it lost such links.</summary>
    [Fact]
    public void One_that_finds_a_channel_about_to_open_says_nothing_of_it()
    {
        using var world = new InProcessWorld();
        TransportNode producer = world.Node();
        TransportEndpoint endpoint = world.Listen(producer);
        TransportNode? consumer = null;
        var transport = new BeatsBeforeOpening(world.TransportOf(1), () => consumer!.Beat(world.Executor.Now));
        consumer = new TransportNode(transport, world.Executor);
        using FrameSender sender = producer.Offer(TransportPair.Id(), new FencingToken(1, 1), static () => { });
        using FrameReceiver receiver = consumer.Open(endpoint, TransportPair.Id(), new FencingToken(1, 1), 1 << 20, static () => { });
        world.Until(() => sender.TryReserve() || receiver.Failure is not null, "the channel is open");
        Assert.Null(receiver.Failure);
        Assert.True(transport.Sent.TryPeek(out WireKind first) && first == WireKind.Open, $"{first} was sent first.");
        world.Wait(consumer.DisposeAsync().AsTask());
    }

    /// <summary>Lets a heartbeat come when a channel's opening is about to be sent.</summary>
    private sealed class BeatsBeforeOpening(ITransport inner, Action beat) : ITransport
    {
        /// <summary>Gets what consumers said of channels.</summary>
        public ConcurrentQueue<WireKind> Sent { get; } = [];

        public ValueTask<ITransportListener> ListenAsync(
            TransportEndpoint endpoint, ITransportHost host, CancellationToken cancellation = default) =>
            inner.ListenAsync(endpoint, host, cancellation);

        public TransportLink Connect(TransportEndpoint endpoint, ILinkHandler handler) => new Link(inner.Connect(endpoint, handler), beat, Sent);

        public ValueTask<ReadOnlyMemory<byte>> RequestAsync(
            TransportEndpoint endpoint, ReadOnlyMemory<byte> request, TimeSpan timeout, CancellationToken cancellation = default) =>
            inner.RequestAsync(endpoint, request, timeout, cancellation);

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        private sealed class Link(TransportLink inner, Action beat, ConcurrentQueue<WireKind> sent) : TransportLink
        {
            public override string Peer => inner.Peer;

            public override void Send(WireMessage message)
            {
                if (message.Kind == WireKind.Open)
                {
                    beat();
                }

                if (message.Channel > 0)
                {
                    sent.Enqueue(message.Kind);
                }

                inner.Send(message);
            }

            public override void Drop(uint channel) => inner.Drop(channel);

            public override void Close(Exception? failure) => inner.Close(failure);
        }
    }
}
