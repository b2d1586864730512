using System;
using System.Globalization;
using System.Threading;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;
using ColumnStream.Runtime.Exchange;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Testing.Jobs;
using Xunit;

namespace ColumnStream.Tests.Runtime;

/// <summary>The lock-free protocols on real threads with windows of one byte: whatever is missed hangs and is seen.</summary>
/// <remarks>COLUMNSTREAM_STRESS_RUNS sets the number of runs of each test.</remarks>
public sealed class StressTests
{
    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(60);

    private static int Runs =>
        Environment.GetEnvironmentVariable("COLUMNSTREAM_STRESS_RUNS") is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : 200;

    [Fact]
    public void Jobs_with_one_byte_of_credit_never_hang_and_lose_nothing()
    {
        using var workers = new WorkerPool("stress", 3, TimeProvider.System);
        using var io = new WorkerPool("stress-io", 1, TimeProvider.System);
        using var pool = new SizeClassPool();
        using var pages = new StatePool();
        for (int run = 0; run < Runs; run++)
        {
            MemoryLog log = MemoryLog.Random(new Random(run), splits: 3, rowsPerSplit: 60, keys: 10);
            var ledger = new MemoryLedger();
            using var memory = new BufferAllocator("stress", pool);
            var runner = new JobRunner(
                workers, io, new ConnectorRegistry([new MemoryConnector(log, ledger, pauses: run % 3 == 0)]), memory, pages);
            RunningJob job = runner.Start(
                MemoryJob.Graph(1 + (run % 3), 1 + (run % 4)),
                new JobOptions("stress")
                {
                    ChannelCreditBytes = 1, MaxRows = 4, Seed = run, CheckpointInterval = TimeSpan.FromMilliseconds(1),
                });
            Assert.True(job.Wait(Watchdog), $"Run {run} hangs.");
            Assert.Null(job.Failure);
            Assert.Null(MemoryJob.Difference(log, ledger));
        }
    }

    [Fact]
    public void Tokens_that_circle_through_tasks_are_never_lost()
    {
        using var workers = new WorkerPool("ring", 3, TimeProvider.System);
        for (int run = 0; run < Runs; run++)
        {
            int hops = 200;
            using var done = new CountdownEvent(1 + (run % 3));
            var relays = new Relay[4];
            var job = new JobShare();
            for (int i = 0; i < relays.Length; i++)
            {
                relays[i] = new Relay($"relay-{i}", workers, job, hops, done);
            }

            for (int i = 0; i < relays.Length; i++)
            {
                relays[i].Next = relays[(i + 1) % relays.Length].Gate[0];
                relays[i].Next.Attach(relays[i]);
            }

            relays[3].TokensToSend = 1 + (run % 3);
            foreach (Relay relay in relays)
            {
                relay.Notify();
            }

            Assert.True(done.Wait(Watchdog), $"Run {run} hangs.");
        }
    }

    [Fact]
    public void Timers_fire_on_a_pool_that_sleeps()
    {
        using var workers = new WorkerPool("timers", 2, TimeProvider.System);
        using var fired = new CountdownEvent(50);
        var job = new JobShare();
        for (int i = 0; i < 50; i++)
        {
            workers.WakeAt(new Signal($"timer-{i}", workers, job, fired), workers.Now + (i * 1_000_000L));
        }

        Assert.True(fired.Wait(Watchdog));
    }

    [Fact]
    public void Two_jobs_of_different_weight_share_the_workers_by_weight()
    {
        using var workers = new WorkerPool("shares", 1, TimeProvider.System);
        var light = new JobShare(1);
        var heavy = new JobShare(4);
        using var stop = new ManualResetEventSlim();
        for (int i = 0; i < 4; i++)
        {
            new Burner($"light-{i}", workers, light, stop).Notify();
        }

        new Burner("heavy", workers, heavy, stop).Notify();
        SpinWait.SpinUntil(() => light.BusyNs + heavy.BusyNs > 2_000_000_000, Watchdog);
        double share = (double)heavy.BusyNs / (light.BusyNs + heavy.BusyNs);
        stop.Set();
        Assert.InRange(share, 0.6, 0.95);
    }

    private sealed class Relay : TaskUnit
    {
        private readonly CountdownEvent _done;
        private readonly int _hops;

        public Relay(string name, Executor executor, JobShare job, int hops, CountdownEvent done)
            : base(name, executor, job)
        {
            Gate = new InputGate(this, 1, windowBytes: 1);
            _hops = hops;
            _done = done;
        }

        public InputGate Gate { get; }

        public Channel Next { get; set; } = null!;

        /// <summary>Gets or sets the tokens that this relay sends first: a channel has one producer, and that is the relay before it.</summary>
        public int TokensToSend { get; set; }

        protected override TurnResult Run(in TurnBudget budget)
        {
            for (; TokensToSend > 0; TokensToSend--)
            {
                Next.Send(new Watermark(0));
            }

            // One token a turn: each hop is a hand-over between units, and often between threads.
            if (!Gate.TryTake(out StreamElement element, out _))
            {
                return TurnResult.Idle;
            }

            long hop = ((Watermark)element).TimeMs + 1;
            if (hop < _hops)
            {
                Next.Send(new Watermark(hop));
                return TurnResult.More;
            }

            _done.Signal();
            return TurnResult.More;
        }

        protected override void Fail(Exception failure) => Environment.FailFast(failure.ToString());
    }

    private sealed class Signal(string name, Executor executor, JobShare job, CountdownEvent fired)
        : TaskUnit(name, executor, job)
    {
        protected override TurnResult Run(in TurnBudget budget)
        {
            fired.Signal();
            return TurnResult.Done;
        }

        protected override void Fail(Exception failure) => Environment.FailFast(failure.ToString());
    }

    private sealed class Burner(string name, Executor executor, JobShare job, ManualResetEventSlim stop)
        : TaskUnit(name, executor, job)
    {
        protected override TurnResult Run(in TurnBudget budget)
        {
            Thread.SpinWait(2000);
            return stop.IsSet ? TurnResult.Done : TurnResult.More;
        }

        protected override void Fail(Exception failure) => Environment.FailFast(failure.ToString());
    }
}
