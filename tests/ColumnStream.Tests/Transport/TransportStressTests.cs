using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Errors;
using ColumnStream.Runtime.Transport;
using ColumnStream.Testing.Transport;
using Xunit;

namespace ColumnStream.Tests.Transport;

/// <summary>
/// Many exchanges over Flight on real threads, some given up anywhere by either end, nodes that die meanwhile: every frame that arrives is
/// the one that is due, every end learns its end, and at last nothing is lent. Where nobody gives up all exchanges come to their ends, though
/// heartbeats come between all steps.
/// </summary>
public sealed class TransportStressTests
{
    private const int Rounds = 8;
    private const int Exchanges = 12;
    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("http", 1)]
    [InlineData("unix", 2)]
    [InlineData("https", 3)]
    public async Task Exchanges_that_are_given_up_and_nodes_that_die_leave_nothing_behind(string scheme, int seed)
    {
        var random = new Random(seed);
        int whole = 0;
        int broken = 0;
        using var world = new FlightWorld(scheme);
        int nodeCount = 0;
        for (int round = 0; round < Rounds; round++)
        {
            bool isHarsh = round % 2 == 0;
            var options = new TransportOptions
            {
                OfferTimeout = TimeSpan.FromSeconds(isHarsh ? 2 : 30),
                Heartbeat = TimeSpan.FromMilliseconds(isHarsh ? 200 : 1),
                HeartbeatTimeout = TimeSpan.FromSeconds(isHarsh ? 10 : 30),
            };
            var pair = new TransportPair(world, options);
            TransportNode third = world.Node(options);
            (TransportNode Node, TransportEndpoint Endpoint)[] nodes =
                [(pair.Producer, pair.Endpoint), (pair.Consumer, world.Listen(pair.Consumer)), (third, world.Listen(third))];
            Exchange[] exchanges =
            [
                .. Enumerable.Range(0, Exchanges).Select(i =>
                    new Exchange(pair, nodes[random.Next(3)], nodes[random.Next(3)].Node, i, random.Next(), isHarsh)),
            ];
            List<Task> tasks = [.. exchanges.SelectMany(e => new[] { Start(e.Produce), Start(e.Consume) })];
            if (isHarsh)
            {
                int dead = random.Next(3);
                int delayMs = random.Next(0, 30);
                IAsyncDisposable dies = random.Next(2) == 0 ? nodes[dead].Node : world.TransportOf(nodeCount + dead);
                tasks.Add(Task.Run(async () =>
                {
                    await Task.Delay(delayMs);
                    await dies.DisposeAsync();
                }));
            }

            var all = Task.WhenAll(tasks);
            await Task.WhenAny(all, Task.Delay(Watchdog));
            Assert.True(all.IsCompleted, $"Round {round}: {tasks.Count(t => !t.IsCompleted)} tasks hang.");
            await all;
            Assert.All(exchanges, e => Assert.Null(e.Wrong ?? (isHarsh || e.IsWhole ? null : $"Nothing was given up, but: {e.Failure}")));
            whole += exchanges.Count(static e => e.IsWhole);
            broken += exchanges.Count(static e => !e.IsWhole);
            nodeCount += nodes.Length;
        }

        Assert.True(whole > 10 && broken > 10, $"{whole} whole, {broken} broken");
    }

    private static Task Start(Action run) =>
        Task.Factory.StartNew(run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private sealed class Exchange(
        TransportPair pair, (TransportNode Node, TransportEndpoint Endpoint) producer, TransportNode consumer, int number, int seed, bool isHarsh)
    {
        private readonly AutoResetEvent _roomCame = new(false);
        private readonly AutoResetEvent _frameCame = new(false);
        private readonly int _frames = 1 + (seed % 150);
        private volatile bool _isOver;

        /// <summary>Gets whether all frames were taken.</summary>
        public bool IsWhole { get; private set; }

        /// <summary>Gets why the consumer's end broke, or null.</summary>
        public string? Failure { get; private set; }

        /// <summary>Gets what must not be, or null.</summary>
        public string? Wrong { get; private set; }

        public void Produce()
        {
            var random = new Random(seed);
            int last = isHarsh && random.Next(4) == 0 ? random.Next(_frames) : int.MaxValue;
            try
            {
                using FrameSender sender = producer.Node.Offer(
                    TransportPair.Id(number), new FencingToken(1, 1), () => _roomCame.Set());
                for (int i = 0; i < _frames && i < last; i++)
                {
                    while (!sender.TryReserve())
                    {
                        _roomCame.WaitOne(50);
                        if (_isOver)
                        {
                            return;
                        }
                    }

                    sender.Send(pair.Make(i, random.Next(-1, 1 << random.Next(1, 18))));
                }

                if (last == int.MaxValue)
                {
                    sender.Complete();
                    while (!sender.IsDelivered && sender.Failure is null && !_isOver)
                    {
                        _roomCame.WaitOne(50);
                    }
                }
            }
            catch (ExternalException)
            {
                // The other end, or a node, is gone.
            }
        }

        public void Consume()
        {
            var random = new Random(~seed);
            int last = isHarsh && random.Next(4) == 0 ? random.Next(_frames) : int.MaxValue;
            try
            {
                using FrameReceiver receiver = consumer.Open(
                    producer.Endpoint, TransportPair.Id(number), new FencingToken(1, 1), 1 << random.Next(0, 20), () => _frameCame.Set());
                int taken = 0;
                while (!receiver.IsEnded && taken < last)
                {
                    if (!receiver.TryTake(out Frame frame))
                    {
                        _frameCame.WaitOne(50);
                        continue;
                    }

                    Wrong ??= pair.Difference(frame, taken++);
                }

                IsWhole = receiver.IsEnded;
                Wrong ??= IsWhole && taken != _frames ? $"{taken} of {_frames} frames came" : null;
            }
            catch (ExternalException failure)
            {
                Failure = failure.Message;
            }
            finally
            {
                _isOver = true;
            }
        }
    }
}
