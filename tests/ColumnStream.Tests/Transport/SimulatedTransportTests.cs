using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using ColumnStream.Engine.Errors;
using ColumnStream.Runtime.Transport;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Simulation;
using ColumnStream.Testing.Transport;
using Xunit;

namespace ColumnStream.Tests.Transport;

/// <summary>
/// The simulated network: it keeps the contract under many seeds, what it does wrong is found out, and a seed replays.
/// </summary>
public sealed class SimulatedTransportTests
{
    private const int Frames = 60;

    [Fact]
    public void The_contract_holds_under_many_seeds()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var contract = new Seeded(seed);
            foreach (MethodInfo test in typeof(TransportContract).GetMethods().Where(m => m.IsDefined(typeof(FactAttribute), true)))
            {
                if (test.GetParameters().Length == 0)
                {
                    try
                    {
                        test.Invoke(contract, null);
                    }
                    catch (TargetInvocationException failure)
                    {
                        throw new InvalidOperationException($"Seed {seed}, {test.Name}: {failure.InnerException}");
                    }
                }
            }
        }
    }

    /// <summary>
    /// Whatever goes wrong on the wire, consumers see what producers sent, from the first frame on and in order, and then the end or a
    /// failure; nobody waits for ever. Without sequence numbers, checksums or heartbeats this fails.
    /// </summary>
    [Fact]
    public void Faults_of_the_wire_are_found_out_and_never_change_what_is_received()
    {
        int faults = 0;
        int broken = 0;
        int whole = 0;
        HashSet<int> codes = [];
        for (int seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            double Rate(int kind) => seed % 7 == kind || seed % 7 == 6 ? random.NextDouble() * 0.02 : 0;
            var rates = new WireFaults(Rate(0), Rate(1), Rate(2), Rate(3), Rate(4), Rate(5));
            try
            {
                using var world = new SimulatedWorld(seed, rates);
                foreach (Exception? end in Play(world, random))
                {
                    broken += end is null ? 0 : 1;
                    whole += end is null ? 1 : 0;
                    codes.Add((end as ColumnStreamException)?.Code ?? 0);
                }

                faults += world.Network.Faults;
            }
            catch (Exception failure) when (failure is not InvalidOperationException { InnerException: not null })
            {
                throw new InvalidOperationException($"Seed {seed}: {failure.Message}", failure);
            }
        }

        string text = $"{faults} faults, {broken} ends broken, {whole} whole; codes {string.Join(", ", codes.Order())}";
        Assert.True(faults > 300 && broken > 200 && whole > 200, text);
        Assert.Contains(5070, codes);
        Assert.Contains(5071, codes);
    }

    /// <summary>
    /// Each message in turn is the only one that goes wrong: no other loss, and no silence, gives it away. Both ends come to an end,
    /// whole or with an error. Where the sequence of frames was all that was compared, the last one was waited for, for ever.
    /// </summary>
    [Fact]
    public void Any_message_that_is_lost_alone_is_missed_or_said_again()
    {
        int broken = 0;
        int whole = 0;
        HashSet<int> codes = [];
        for (int seed = 0; seed < 3; seed++)
        {
            long messages = 1;
            for (long lost = 0; lost < messages; lost++)
            {
                try
                {
                    using var world = new SimulatedWorld(seed);
                    world.Network.LosesMessage = lost;
                    List<Exception?> ends = Play(world, new Random(seed));
                    messages = world.Network.Messages;
                    bool isBroken = ends.Any(static end => end is not null);
                    broken += isBroken ? 1 : 0;
                    whole += isBroken ? 0 : 1;
                    codes.UnionWith(ends.OfType<ColumnStreamException>().Select(static end => end.Code));
                }
                catch (Exception failure) when (failure is not InvalidOperationException { InnerException: not null })
                {
                    throw new InvalidOperationException($"Seed {seed}, message {lost}: {failure.Message}", failure);
                }
            }
        }

        Assert.True(broken > 300 && whole > 100, $"{broken} broken, {whole} whole; codes {string.Join(", ", codes.Order())}");
        Assert.Contains(5071, codes);
    }

    [Fact]
    public void A_seed_replays()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            ulong[] histories = new ulong[2];
            for (int i = 0; i < 2; i++)
            {
                using var world = new SimulatedWorld(seed, new WireFaults(0.001, 0.001, 0.001, 0.001, 0.001, 0.001));
                Play(world, new Random(seed));
                histories[i] = world.Simulation.TraceHash;
            }

            Assert.Equal(histories[0], histories[1]);
        }
    }

    [Fact]
    public void A_peer_that_falls_silent_is_given_up()
    {
        using var world = new SimulatedWorld(3, new WireFaults(Silence: 1));
        var pair = new TransportPair(world, new TransportOptions { Heartbeat = TimeSpan.FromSeconds(1), HeartbeatTimeout = TimeSpan.FromSeconds(5) });
        FrameReceiver receiver = pair.Open();
        long start = world.Simulation.Now;
        world.Until(
            () =>
            {
                try
                {
                    return receiver.TryTake(out _);
                }
                catch (ExternalException silent)
                {
                    Assert.Equal(5070, silent.Code);
                    Assert.Contains("Nothing was heard", silent.Message, StringComparison.Ordinal);
                    return true;
                }
            },
            "the silence is noticed");
        Assert.InRange((world.Simulation.Now - start) / 1_000_000_000.0, 5, 8);
    }

    /// <summary>Sends frames over three channels; returns how each ended for its consumer.</summary>
    private static List<Exception?> Play(SimulatedWorld world, Random random)
    {
        var options = new TransportOptions
        {
            Heartbeat = TimeSpan.FromMilliseconds(50), HeartbeatTimeout = TimeSpan.FromMilliseconds(200),
            OfferTimeout = TimeSpan.FromMilliseconds(200),
        };
        var pair = new TransportPair(world, options);
        Run[] runs =
        [
            .. Enumerable.Range(0, 3).Select(i => new Run(pair, i, 1 + random.Next(0, 20_000))),
        ];
        world.Until(() => runs.All(r => r.Step(random)), "all channels end for both their ends");
        return [.. runs.Select(r => r.Failure)];
    }

    private sealed class Seeded(int seed) : TransportContract
    {
        protected override TransportWorld Open() => new SimulatedWorld(seed);
    }

    private sealed class Run(TransportPair pair, int number, long window)
    {
        private readonly FrameSender _sender = pair.Offer(number);
        private readonly FrameReceiver _receiver = pair.Open(number, window: window);
        private int _sent;
        private int _taken;
        private bool _isOver;
        private bool _isSenderOver;

        public Exception? Failure { get; private set; }

        /// <summary>Goes on at both ends; returns whether both are over.</summary>
        public bool Step(Random random)
        {
            Send(random);
            Take();
            return _isOver && _isSenderOver;
        }

        private void Send(Random random)
        {
            try
            {
                while (!_isSenderOver && _sent < Frames && _sender.TryReserve())
                {
                    _sender.Send(pair.Make(_sent++, random.Next(-1, 4000)));
                    if (_sent == Frames)
                    {
                        _sender.Complete();
                    }
                }
            }
            catch (ExternalException)
            {
                _isSenderOver = true;
            }

            _isSenderOver |= _sender.IsDelivered || _sender.Failure is not null;
        }

        private void Take()
        {
            try
            {
                while (!_isOver && _receiver.TryTake(out Frame frame))
                {
                    Assert.Null(pair.Difference(frame, _taken++));
                }

                if (!_isOver && _receiver.IsEnded)
                {
                    Assert.Equal(Frames, _taken);
                    _isOver = true;
                    _receiver.Dispose();
                }
            }
            catch (ExternalException failure)
            {
                Failure = failure;
                _isOver = true;
                _receiver.Dispose();

                // A producer whose consumer failed is stopped by its job.
                _sender.Dispose();
                _isSenderOver = true;
            }
        }
    }
}
