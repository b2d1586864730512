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
        var sent = new ConcurrentQueue<WireKind>();
        var transport = new TappedTransport(world.TransportOf(1), (message, _) =>
        {
            if (message.Kind == WireKind.Open)
            {
                consumer!.Beat(world.Executor.Now);
            }

            if (message.Channel > 0)
            {
                sent.Enqueue(message.Kind);
            }
        });
        consumer = new TransportNode(transport, world.Executor);
        using FrameSender sender = producer.Offer(TransportPair.Id(), new FencingToken(1, 1), static () => { });
        using FrameReceiver receiver = consumer.Open(endpoint, TransportPair.Id(), new FencingToken(1, 1), 1 << 20, static () => { });
        world.Until(() => sender.TryReserve() || receiver.Failure is not null, "the channel is open");
        Assert.Null(receiver.Failure);
        Assert.True(sent.TryPeek(out WireKind first) && first == WireKind.Open, $"{first} was sent first.");
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

    /// <summary>A consumer says now and then how far it is: what finds its channel refused just now must not be answered before the refusal.</summary>
    [Fact]
    public void A_channel_that_is_refused_learns_the_reason_first()
    {
        using var world = new InProcessWorld();
        bool isFirst = true;
        var transport = new TappedTransport(world.TransportOf(0), (message, handler) =>
        {
            if (message.Kind == WireKind.Refused && isFirst)
            {
                isFirst = false;
                var consumer = new Thread(() => handler.Received(new WireMessage(WireKind.Credit, message.Channel)));
                consumer.Start();
                consumer.Join(TimeSpan.FromMilliseconds(200));
            }
        });
        var producer = new TransportNode(transport, world.Executor, new TransportOptions { OfferTimeout = TimeSpan.Zero });
        TransportEndpoint endpoint = world.Listen(producer);
        using FrameReceiver receiver = world.Node().Open(endpoint, TransportPair.Id(), new FencingToken(1, 1), 1 << 20, static () => { });
        world.Until(
            () =>
            {
                producer.Beat(world.Executor.Now);
                return receiver.Failure is not null;
            },
            "the channel is refused");
        Assert.Equal(TransportFailure.NotOfferedCode, Assert.IsType<ExternalException>(receiver.Failure).Code);
        world.Wait(producer.DisposeAsync().AsTask());
    }

    /// <summary>Passes everything on, and tells of each message that an end is about to send, with what receives at that end.</summary>
    private sealed class TappedTransport(ITransport inner, Action<WireMessage, ILinkHandler> sending) : ITransport
    {
        public ValueTask<ITransportListener> ListenAsync(
            TransportEndpoint endpoint, ITransportHost host, CancellationToken cancellation = default) =>
            inner.ListenAsync(endpoint, new Host(host, sending), cancellation);

        public TransportLink Connect(TransportEndpoint endpoint, ILinkHandler handler) =>
            new Link(inner.Connect(endpoint, handler), sending) { Handler = handler };

        public ValueTask<ReadOnlyMemory<byte>> RequestAsync(
            TransportEndpoint endpoint, ReadOnlyMemory<byte> request, TimeSpan timeout, CancellationToken cancellation = default) =>
            inner.RequestAsync(endpoint, request, timeout, cancellation);

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        private sealed class Host(ITransportHost inner, Action<WireMessage, ILinkHandler> sending) : ITransportHost
        {
            public ILinkHandler Accept(TransportLink link)
            {
                var tapped = new Link(link, sending);
                tapped.Handler = inner.Accept(tapped);
                return tapped.Handler;
            }

            public ValueTask<ReadOnlyMemory<byte>> AnswerAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation) =>
                inner.AnswerAsync(request, cancellation);
        }

        private sealed class Link(TransportLink inner, Action<WireMessage, ILinkHandler> sending) : TransportLink
        {
            public ILinkHandler Handler { get; set; } = null!;

            public override string Peer => inner.Peer;

            public override void Send(WireMessage message)
            {
                sending(message, Handler);
                inner.Send(message);
            }

            public override void Drop(uint channel) => inner.Drop(channel);

            public override void Close(Exception? failure) => inner.Close(failure);
        }
    }
}
