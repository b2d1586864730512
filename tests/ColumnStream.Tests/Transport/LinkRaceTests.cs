using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Errors;
using ColumnStream.Runtime.Transport;
using ColumnStream.Testing.Transport;
using Xunit;

namespace ColumnStream.Tests.Transport;

/// <summary>Lets something else come between two steps of a link: heartbeats, losses and closing nodes are other threads' doing.</summary>
public sealed class LinkRaceTests
{
    /// <summary>A new link is looked after at once, so this meets channels that are about to be opened; it lost such links.</summary>
    [Fact]
    public void A_heartbeat_that_finds_a_channel_about_to_open_says_nothing_of_it()
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

    /// <summary>Whoever is told of a loss first may open a channel before the node has forgotten the link: that one gets another link.</summary>
    [Fact]
    public void A_channel_opened_while_its_link_is_being_lost_gets_another()
    {
        using var world = new InProcessWorld();
        var pair = new TransportPair(world);
        FrameReceiver? second = null;
        using FrameSender sender = pair.Offer(2);
        void OpenSecond() => second ??= pair.Open(2);
        using FrameSender firstSender = pair.Offer(1);
        using FrameReceiver first = pair.Consumer.Open(
            pair.Endpoint, TransportPair.Id(1), new FencingToken(1, 1), 1 << 20, OpenSecond);
        world.Until(() => firstSender.TryReserve(), "the channel is open");
        pair.Consumer.FailAll(TransportFailure.Closed("The wire is cut."));
        Assert.NotNull(first.Failure);
        Assert.NotNull(second);
        world.Until(() => second.Failure is not null || sender.TryReserve(), "the other channel is open");
        Assert.Null(second.Failure);
        second.Dispose();
    }

    /// <summary>A node that closes drops what waits: its channel breaks then, though its end had come.</summary>
    [Fact]
    public void A_channel_whose_frames_a_closing_node_dropped_has_no_end()
    {
        using var world = new InProcessWorld();
        var pair = new TransportPair(world);
        (FrameSender sender, FrameReceiver receiver) = pair.Channel(1);
        (FrameSender later, FrameReceiver laterReceiver) = pair.Channel(2);
        sender.Send(pair.Make(0, 100));
        sender.Complete();
        later.Complete();
        world.Until(() => laterReceiver.IsEnded, "what was sent behind the end arrives");
        world.Wait(pair.Consumer.DisposeAsync().AsTask());
        Assert.False(receiver.IsEnded);
        Assert.Throws<ExternalException>(() => receiver.TryTake(out _));
        Assert.True(laterReceiver.IsEnded);
        Assert.Null(laterReceiver.Failure);
        foreach (IDisposable end in (IDisposable[])[sender, receiver, later, laterReceiver])
        {
            end.Dispose();
        }
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
