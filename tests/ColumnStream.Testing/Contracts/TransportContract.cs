using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Errors;
using ColumnStream.Runtime.Transport;
using ColumnStream.Testing.Transport;
using Xunit;

namespace ColumnStream.Testing.Contracts;

/// <summary>Says what channels over every transport keep; each test begins with nodes that know nothing of each other.</summary>
/// <remarks>A world counts its memory at its end: a frame that nobody released fails the test.</remarks>
public abstract class TransportContract
{
    private const long Window = 64 << 10;

    /// <summary>Makes an empty network.</summary>
    protected abstract TransportWorld Open();

    [Fact]
    public void Frames_arrive_in_order_with_their_content_and_the_end_behind_them()
    {
        using TransportWorld world = Open();
        var pair = new TransportPair(world);
        (FrameSender sender, FrameReceiver receiver) = pair.Channel(window: Window);
        var random = new Random(1);
        int[] sizes = [.. Enumerable.Range(0, 300).Select(i => i % 7 == 0 ? -1 : i % 5 == 0 ? 0 : random.Next(1, 20_000))];
        int sent = 0;
        int taken = 0;
        world.Until(
            () =>
            {
                while (sent < sizes.Length && sender.TryReserve())
                {
                    sender.Send(pair.Make(sent, sizes[sent]));
                    sent++;
                }

                Take(pair, receiver, ref taken);
                return taken == sizes.Length;
            },
            "all frames are taken");
        Assert.False(receiver.IsEnded);
        sender.Complete();
        world.Until(() => receiver.IsEnded, "the end arrives");
        Assert.False(receiver.TryTake(out _));
        Assert.False(sender.IsDelivered);
        receiver.Dispose();
        world.Until(() => sender.IsDelivered, "the producer learns that all was taken");
        Assert.Null(sender.Failure);
        sender.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64 << 20)]
    public void Frames_of_no_bytes_and_of_many_pass_a_small_window(int bytes)
    {
        using TransportWorld world = Open();
        var pair = new TransportPair(world);
        (FrameSender sender, FrameReceiver receiver) = pair.Channel(window: 1);
        int taken = 0;
        for (int i = 0; i < 3; i++)
        {
            world.Until(sender.TryReserve, "there is credit");
            sender.Send(pair.Make(i, bytes));
            Assert.False(sender.TryReserve());
            world.Until(() => Take(pair, receiver, ref taken) > i, "the frame is taken");
        }
    }

    [Fact]
    public void What_is_under_way_never_exceeds_the_window_and_others_of_the_link_go_on()
    {
        using TransportWorld world = Open();
        var pair = new TransportPair(world);
        (FrameSender stuck, FrameReceiver unread) = pair.Channel(1, window: Window);
        (FrameSender sender, FrameReceiver receiver) = pair.Channel(2, window: Window);
        int filled = 0;
        while (stuck.TryReserve())
        {
            Assert.True(stuck.InFlightBytes < Window, "a frame may be sent while credit is above zero");
            stuck.Send(pair.Make(filled++, 3000));
        }

        Assert.InRange(stuck.InFlightBytes, Window, Window + 3300);
        world.Until(() => unread.QueuedBytes == stuck.InFlightBytes, "all that was granted lies in the queue");
        int sent = 0;
        int taken = 0;
        world.Until(
            () =>
            {
                for (; sent < 400 && sender.TryReserve(); sent++)
                {
                    sender.Send(pair.Make(sent, 3000));
                }

                Take(pair, receiver, ref taken);
                return taken == 400;
            },
            "a channel whose consumer reads is not held up by one whose consumer does not");
        Assert.False(stuck.TryReserve());
        Assert.Equal(stuck.InFlightBytes, unread.QueuedBytes);

        // Behind a consumer that reads again the producer is woken.
        int wakes = pair.Wakes;
        int late = 0;
        world.Until(() => Take(pair, unread, ref late) == filled, "the queue is taken");
        world.Until(() => pair.Wakes > wakes && stuck.TryReserve(), "the producer is woken");
    }

    [Fact]
    public void Control_frames_pass_exhausted_credit_in_their_place_up_to_a_reserve()
    {
        using TransportWorld world = Open();
        var pair = new TransportPair(world, new TransportOptions { ControlReserveBytes = 4096 });
        (FrameSender sender, FrameReceiver receiver) = pair.Channel(window: 1);
        sender.Send(pair.Make(0, 100));
        Assert.False(sender.TryReserve());
        int sent = 1;
        for (Frame control = pair.Make(sent, -1); ; control = pair.Make(sent, -1))
        {
            Assert.True(sent < 100, "the reserve has an end");
            if (!sender.TryReserveControl(control))
            {
                break;
            }

            sender.SendControl(control);
            sent++;
        }

        Assert.True(sent > 15, $"{sent}");
        Assert.True(sender.InFlightBytes <= 4096 + 400);
        int taken = 0;
        world.Until(() => Take(pair, receiver, ref taken) == sent, "control frames come behind the data, in order");
        world.Until(() => sender.TryReserve() && sender.TryReserveControl(pair.Make(sent, -1)), "credit and reserve come back");
    }

    [Fact]
    public void An_attempt_that_is_overtaken_is_refused_and_its_channels_break()
    {
        using TransportWorld world = Open();
        var pair = new TransportPair(world);
        (FrameSender old, FrameReceiver oldReceiver) = pair.Channel(attempt: 1);
        old.Send(pair.Make(0, 100));
        FrameSender waiting = pair.Offer(7, attempt: 1);

        // A consumer of a newer attempt shows the producer that its own is old; it waits for the newer one.
        FrameReceiver receiver = pair.Open(attempt: 2);
        world.Until(() => old.Failure is not null && waiting.Failure is not null, "the old attempt's producers learn it");
        Assert.Equal(5072, Code(old.Failure!));
        Assert.Equal(5072, Code(Assert.Throws<ExternalException>(() => old.TryReserve())));
        Assert.Equal(5072, Code(Failure(world, oldReceiver)));
        FrameSender sender = pair.Offer(attempt: 2);
        world.Until(sender.TryReserve, "the newer attempt is served");
        sender.Send(pair.Make(5, 100));
        int taken = 5;
        world.Until(() => Take(pair, receiver, ref taken) == 6, "it receives");

        // A zombie asks from a node that has not heard of the newer attempt.
        TransportNode zombie = world.Node();
        FrameReceiver late = zombie.Open(pair.Endpoint, TransportPair.Id(), new FencingToken(1, 1), 100, static () => { });
        Assert.Equal(5072, Code(Failure(world, late)));
        Assert.Equal(5072, Code(Assert.Throws<ExternalException>(() => pair.Offer(9, attempt: 1))));
        Assert.Equal(5072, Code(Assert.Throws<ExternalException>(() => pair.Open(9, attempt: 1))));

        // Other jobs are not concerned.
        FrameSender other = pair.Offer(1, attempt: 1, job: "other");
        pair.Open(1, attempt: 1, job: "other");
        world.Until(other.TryReserve, "another job's channel opens");
    }

    /// <summary>What counts frames must go with them: else the consumer takes the link for one that loses frames.</summary>
    [Fact]
    public void A_completed_channel_that_is_overtaken_leaves_the_link_to_others()
    {
        using TransportWorld world = Open();
        var pair = new TransportPair(world);
        (FrameSender old, FrameReceiver oldReceiver) = pair.Channel();
        FrameSender other = pair.Offer(1, job: "other");
        FrameReceiver otherReceiver = pair.Open(1, job: "other");
        world.Until(other.TryReserve, "another job's channel opens");
        for (int i = 0; i < 5; i++)
        {
            old.Send(pair.Make(i, 1000));
        }

        old.Complete();
        pair.Producer.Fence(TransportPair.Id().Job, new FencingToken(1, 2));
        if (Failure(world, oldReceiver, orEnds: true) is { } failure)
        {
            Assert.Equal(5072, Code(failure));
        }

        other.Send(pair.Make(0, 1000));
        int taken = 0;
        world.Until(() => Take(pair, otherReceiver, ref taken) == 1, "the other job's channel goes on");
    }

    [Fact]
    public void A_channel_may_be_opened_before_it_is_offered_and_once_only()
    {
        using TransportWorld world = Open();
        var pair = new TransportPair(
            world, new TransportOptions { OfferTimeout = TimeSpan.FromMilliseconds(300), Heartbeat = TimeSpan.FromMilliseconds(20) });
        FrameReceiver never = pair.Open(9);
        Assert.Equal(5075, Code(Failure(world, never)));
        (FrameSender sender, FrameReceiver receiver) = pair.Channel(1);
        Assert.Equal(5075, Code(Failure(world, pair.Open(1))));
        sender.Send(pair.Make(0, 10));
        int taken = 0;
        world.Until(() => Take(pair, receiver, ref taken) == 1, "the first one is not disturbed");
        Assert.Throws<InvariantException>(() => pair.Offer(1));
    }

    [Fact]
    public void A_consumer_that_leaves_stops_its_producer_and_nobody_else()
    {
        using TransportWorld world = Open();
        var pair = new TransportPair(world);
        (FrameSender left, FrameReceiver leaving) = pair.Channel(1, window: Window);
        (FrameSender sender, FrameReceiver receiver) = pair.Channel(2);
        while (left.TryReserve())
        {
            left.Send(pair.Make(0, 1000));
        }

        leaving.Dispose();
        leaving.Dispose();
        Assert.False(leaving.TryTake(out _));
        world.Until(() => left.Failure is not null, "the producer learns it");
        Assert.Equal(5076, Code(left.Failure!));
        Frame unsent = pair.Make(0, 1000);
        Assert.Throws<ExternalException>(() => left.Send(unsent));
        sender.Send(pair.Make(0, 1000));
        int taken = 0;
        world.Until(() => Take(pair, receiver, ref taken) == 1, "the other channel goes on");
    }

    [Fact]
    public void A_producer_that_leaves_breaks_the_channel_behind_what_it_sent()
    {
        using TransportWorld world = Open();
        var pair = new TransportPair(world);
        (FrameSender sender, FrameReceiver receiver) = pair.Channel();
        for (int i = 0; i < 5; i++)
        {
            sender.Send(pair.Make(i, 1000));
        }

        world.Until(() => receiver.QueuedBytes == sender.InFlightBytes, "all frames lie in the queue");
        sender.Dispose();
        int taken = 0;
        Assert.Equal(5076, Code(Failure(world, receiver, () => Take(pair, receiver, ref taken))));
        Assert.Equal(5, taken);
        Assert.False(receiver.IsEnded);
    }

    [Fact]
    public void The_death_of_a_node_breaks_its_channels_and_a_newer_attempt_opens_them_again()
    {
        using TransportWorld world = Open();
        var pair = new TransportPair(world);
        (FrameSender sender, FrameReceiver receiver) = pair.Channel();
        sender.Send(pair.Make(0, 1000));
        FrameSender unopened = pair.Offer(1);
        world.Wait(pair.Producer.DisposeAsync().AsTask());
        int taken = 0;
        int code = Code(Failure(world, receiver, () => Take(pair, receiver, ref taken)));
        Assert.True(code is 5070 or 5076, $"{code}");
        Assert.NotNull(sender.Failure);
        Assert.NotNull(unopened.Failure);
        Assert.Throws<ExternalException>(() => pair.Offer(2));

        TransportNode next = world.Node();
        TransportEndpoint endpoint = world.Listen(next);
        FrameSender again = next.Offer(TransportPair.Id(), new FencingToken(2, 1), static () => { });
        FrameReceiver opened = pair.Consumer.Open(endpoint, TransportPair.Id(), new FencingToken(2, 1), 1000, static () => { });
        world.Until(again.TryReserve, "the channel opens at another node");
        again.Send(pair.Make(1, 100));
        taken = 1;
        world.Until(() => Take(pair, opened, ref taken) == 2, "it receives");
        world.Wait(pair.Consumer.DisposeAsync().AsTask());
        world.Until(() => again.Failure is not null, "the producer learns that its consumer's node is gone");
    }

    [Fact]
    public void Where_nobody_listens_channels_and_requests_fail()
    {
        using TransportWorld world = Open();
        TransportNode node = world.Node();
        TransportEndpoint dead = world.DeadEndpoint();
        FrameReceiver receiver = node.Open(dead, TransportPair.Id(), new FencingToken(1, 1), 100, static () => { });
        Assert.Equal(5070, Code(Failure(world, receiver)));
        ExternalException refused = Assert.Throws<ExternalException>(
            () => world.Get(node.RequestAsync(dead, "echo", default, TimeSpan.FromSeconds(60))));
        Assert.Equal(5070, refused.Code);
        Assert.True(refused.IsRetryable);
        Assert.Contains(dead.Address, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Requests_are_answered_with_payloads_and_errors()
    {
        using TransportWorld world = Open();
        TransportNode server = world.Node();
        TransportNode client = world.Node();
        server.Handle("echo", static (payload, _) => new ValueTask<ReadOnlyMemory<byte>>(payload.ToArray()));
        server.Handle("refuse", static (_, _) => throw new UserException(2001, "Table or view 'x' not found."));
        server.Handle("break", static (_, _) => throw new InvalidOperationException("Something broke."));
        TransportEndpoint endpoint = world.Listen(server);
        var large = new byte[1 << 20];
        new Random(3).NextBytes(large);
        Assert.Equal(large, world.Get(client.RequestAsync(endpoint, "echo", large, TimeSpan.FromSeconds(60))).ToArray());
        Assert.Empty(world.Get(client.RequestAsync(endpoint, "echo", default, TimeSpan.FromSeconds(60))).ToArray());
        foreach ((string method, int code, string text) in new[]
        {
            ("refuse", 2001, "Table or view 'x' not found."), ("break", 5074, "Something broke."), ("unknown", 5074, "unknown"),
        })
        {
            ExternalException error = Assert.Throws<ExternalException>(
                () => world.Get(client.RequestAsync(endpoint, method, default, TimeSpan.FromSeconds(60))));
            Assert.Equal(code, error.Code);
            Assert.Contains(text, error.Message, StringComparison.Ordinal);
            Assert.False(error.IsRetryable);
        }

        Task<ReadOnlyMemory<byte>>[] many =
        [
            .. Enumerable.Range(0, 100).Select(
                i => client.RequestAsync(endpoint, "echo", new[] { (byte)i }, TimeSpan.FromSeconds(60)).AsTask()),
        ];
        world.Until(() => many.All(t => t.IsCompleted), "a hundred requests are answered");
        Assert.Equal(Enumerable.Range(0, 100), many.Select(t => (int)t.Result.Span[0]));
    }

    [Fact]
    public void Requests_end_at_their_deadline_and_when_their_caller_gives_up()
    {
        using TransportWorld world = Open();
        TransportNode server = world.Node();
        TransportNode client = world.Node();
        int asked = 0;
        int ended = 0;
        server.Handle("hang", async (_, cancellation) =>
        {
            Interlocked.Increment(ref asked);
            var end = new TaskCompletionSource();
            using CancellationTokenRegistration registration = cancellation.Register(() => end.TrySetResult());
            await end.Task;
            Interlocked.Increment(ref ended);
            cancellation.ThrowIfCancellationRequested();
            return default;
        });
        TransportEndpoint endpoint = world.Listen(server);
        ExternalException late = Assert.Throws<ExternalException>(
            () => world.Get(client.RequestAsync(endpoint, "hang", default, TimeSpan.FromMilliseconds(300))));
        Assert.Equal(5073, late.Code);
        world.Until(() => ended == asked, "whoever was asked learns that nobody waits");
        using var giving = new CancellationTokenSource();
        int before = asked;
        Task<ReadOnlyMemory<byte>> request =
            client.RequestAsync(endpoint, "hang", default, TimeSpan.FromSeconds(60), giving.Token).AsTask();
        world.Until(() => asked > before, "it is asked");
        giving.Cancel();
        world.Until(() => request.IsCompleted, "the request ends");
        Assert.ThrowsAny<OperationCanceledException>(() => request.GetAwaiter().GetResult());
        world.Until(() => ended == asked, "the answer ends");
    }

    [Fact]
    public void Requests_are_answered_while_channels_are_full()
    {
        using TransportWorld world = Open();
        var pair = new TransportPair(world);
        pair.Producer.Handle("echo", static (payload, _) => new ValueTask<ReadOnlyMemory<byte>>(payload.ToArray()));
        for (int i = 0; i < 10; i++)
        {
            (FrameSender sender, _) = pair.Channel(i, window: 1 << 20);
            while (sender.TryReserve())
            {
                sender.Send(pair.Make(i, 100_000));
            }
        }

        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(1, world.Get(pair.Consumer.RequestAsync(pair.Endpoint, "echo", new byte[1], TimeSpan.FromSeconds(60))).Length);
        }
    }

    [Fact]
    public void A_hostile_consumer_loses_its_link_and_nobody_else_does()
    {
        using TransportWorld world = Open();
        var pair = new TransportPair(world);
        (FrameSender sender, FrameReceiver receiver) = pair.Channel(1);
        var opening = new WireMessage(WireKind.Open, 1, 1000, 1000) { Id = TransportPair.Id(2), Token = new FencingToken(1, 1) };
        foreach (WireMessage[] attack in new WireMessage[][]
        {
            [new WireMessage(WireKind.Credit, 77, 1)],
            [new WireMessage(WireKind.Close, 77)],
            [new WireMessage(WireKind.Data, 1) { Frame = pair.Make(0, 10) }],
            [new WireMessage(WireKind.Pong)],
            [opening, opening],
            [opening, new WireMessage(WireKind.Credit, 1, 5, 0)],
            [opening, new WireMessage(WireKind.Credit, 1, 0, -5)],
        })
        {
            FrameSender offered = pair.Producer.Offer(TransportPair.Id(2), new FencingToken(1, 1), static () => { });
            var watch = new LinkWatch();
            TransportLink link = world.TransportOf(1).Connect(pair.Endpoint, watch);
            foreach (WireMessage message in attack)
            {
                link.Send(message);
            }

            world.Until(() => watch.IsLost, $"the link is lost: {attack[^1].Kind}");
            link.Close(null);
            offered.Dispose();
        }

        // What asks for too much is refused.
        var polite = new LinkWatch();
        TransportLink greedy = world.TransportOf(1).Connect(pair.Endpoint, polite);
        greedy.Send(new WireMessage(WireKind.Open, 1, long.MaxValue, 1000) { Id = TransportPair.Id(1), Token = new FencingToken(1, 1) });
        world.Until(() => polite.Last?.Kind == WireKind.Refused, "it is refused");
        greedy.Close(null);

        sender.Send(pair.Make(0, 1000));
        int taken = 0;
        world.Until(() => Take(pair, receiver, ref taken) == 1, "the honest channel goes on");
    }

    [Fact]
    public void A_hostile_producer_is_found_out()
    {
        using TransportWorld world = Open();
        var pair = new TransportPair(world);
        Frame Make(int bytes = 100) => pair.Make(0, bytes);
        foreach ((string what, Func<WireMessage[]> attack) in new (string, Func<WireMessage[]>)[]
        {
            ("lost", () => [Data(0, Make()), Data(2, Make())]),
            ("twice", () => [Data(0, Make()), Data(0, Make())]),
            ("lost", () => [Data(1, Make())]),
            ("exceeds", () => [Data(0, Make(600)), Data(1, Make(600)), Data(2, Make(600))]),
            ("exceeds", () => [.. Enumerable.Range(0, 300).Select(i => Data(i, Make(-1)) with { Kind = WireKind.Control })]),
            ("ends behind", () => [Data(0, Make()), new WireMessage(WireKind.End, 1, 2)]),
            ("twice", () => [new WireMessage(WireKind.End, 1, 0), Data(0, Make())]),
            ("not known", () => [Data(0, Make()) with { Channel = 9 }]),
            ("not for this end", () => [new WireMessage(WireKind.Credit, 1, 0)]),
            ("changed", () => [Data(0, Make()) with { Checksum = 12345 }]),
        })
        {
            var host = new AttackHost(attack);
            ITransportListener listener = world.Get(world.TransportOf(0).ListenAsync(world.FreeEndpoint(), host));
            FrameReceiver receiver = pair.Consumer.Open(
                listener.Endpoint, TransportPair.Id(), new FencingToken(1, 1), 1000, static () => { });
            if (what == "exceeds")
            {
                // Whoever takes grants more.
                world.Until(() => host.IsLost, "the link is lost");
            }

            var failure = (ExternalException?)Failure(world, receiver, orEnds: what == "twice");
            if (failure is not null)
            {
                Assert.Equal(5071, failure.Code);
                Assert.Contains(what, failure.Message, StringComparison.Ordinal);
            }

            receiver.Dispose();
            host.Close();
            world.Wait(listener.DisposeAsync().AsTask());
        }
    }

    private static WireMessage Data(long sequence, Frame frame) => new(WireKind.Data, 1, sequence) { Frame = frame };

    private static int Code(Exception failure) => Assert.IsType<ExternalException>(failure).Code;

    /// <summary>Takes what is there; returns how many frames were taken in all.</summary>
    private static int Take(TransportPair pair, FrameReceiver receiver, ref int taken)
    {
        while (receiver.TryTake(out Frame frame))
        {
            Assert.Null(pair.Difference(frame, taken++));
        }

        return taken;
    }

    private static Exception Failure(TransportWorld world, FrameReceiver receiver, Action? take = null, bool orEnds = false)
    {
        Exception? failure = null;
        world.Until(
            () =>
            {
                try
                {
                    if (take is not null)
                    {
                        take();
                    }
                    else if (receiver.TryTake(out Frame frame))
                    {
                        frame.Release();
                    }
                }
                catch (ExternalException broken)
                {
                    failure = broken;
                }

                return failure is not null || (orEnds && receiver.IsEnded);
            },
            "the channel fails");
        return failure!;
    }

    /// <summary>Sees what becomes of a link.</summary>
    private sealed class LinkWatch : ILinkHandler
    {
        private volatile bool _isLost;
        private volatile WireMessage? _last;

        public bool IsLost => _isLost;

        public WireMessage? Last => _last;

        public void Received(WireMessage message)
        {
            message.Release();
            _last = message;
        }

        public void Lost(Exception? failure) => _isLost = true;
    }

    /// <summary>Answers an opening with messages that no node sends.</summary>
    private sealed class AttackHost(Func<WireMessage[]> attack) : ITransportHost, ILinkHandler
    {
        private TransportLink? _link;
        private volatile bool _isLost;

        public bool IsLost => _isLost;

        public ILinkHandler Accept(TransportLink link)
        {
            _link = link;
            return this;
        }

        public ValueTask<ReadOnlyMemory<byte>> AnswerAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation) => default;

        public void Received(WireMessage message)
        {
            message.Release();
            if (message.Kind == WireKind.Open)
            {
                foreach (WireMessage sent in attack())
                {
                    _link!.Send(sent);
                }
            }
        }

        public void Lost(Exception? failure) => _isLost = true;

        public void Close() => _link?.Close(null);
    }
}
