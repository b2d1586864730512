using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.State;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Savepoints;
using ColumnStream.Testing.Jobs;
using ColumnStream.Testing.Simulation;
using Xunit;

namespace ColumnStream.Tests.Runtime;

// Goal: a job that fails starts again by itself, from its newest checkpoint, and its sinks hold each row once; it gives up as its
// strategy says. Method: jobs in virtual time whose protocol points, sinks and stores fail by a seed, without the process ending.
// Would fail if an attempt began before the last one had let go, or restored anything but the newest claim.
public sealed class RestartTests
{
    private static readonly RestartOptions Patient = new() { Strategy = RestartStrategy.FixedDelay, Attempts = 1000 };

    [Fact]
    public void Whatever_fails_the_job_goes_on_and_shows_every_row_once()
    {
        int restarts = 0;
        for (int seed = 1; seed <= 40; seed++)
        {
            var world = new World(seed);
            var faults = new Random(seed);
            int left = 6;
            world.Hit = point => Throw(faults, ref left, 25, point);
            world.Ledger.Fault = () => Throw(faults, ref left, 40, "commit");
            world.Store.FaultsPerMille = seed % 3 == 0 ? 4 : 0;
            RunningJob job = world.Run(Options() with { Restart = Patient, Checkpoints = world.Store, Seed = seed });
            Assert.True(job.Status == JobStatus.Finished, $"seed {seed}: {job.Status} {job.Failure}");
            Assert.True(MemoryJob.Difference(world.Log, world.Ledger) is null, $"seed {seed}");
            Assert.Equal(0, job.Metrics().NativeBytes);
            restarts += job.Restarts;
        }

        Assert.True(restarts > 40, $"{restarts}");
    }

    [Fact]
    public void Without_checkpoints_it_begins_anew_and_shows_every_row_once()
    {
        var world = new World(5);
        int left = 3;
        var faults = new Random(5);
        world.Ledger.Fault = () => Throw(faults, ref left, 2, "commit");
        RunningJob job = world.Run(Options() with { Restart = Patient, CheckpointInterval = null });
        Assert.Equal(JobStatus.Finished, job.Status);
        Assert.Equal(3, job.Restarts);
    }

    /// <summary>Would fail if a run that stops lost what it was asked for: whoever waits for such a savepoint would wait until the job's end.</summary>
    [Fact]
    public void A_savepoint_asked_of_a_run_that_fails_is_over_before_the_next()
    {
        int failed = 0;
        int done = 0;
        for (int seed = 1; seed <= 20; seed++)
        {
            var world = new World(seed);
            RunningJob job = world.Start(Options() with { Restart = Patient, Checkpoints = world.Store, Seed = seed });
            var faults = new Random(seed);
            int left = 6;
            world.Hit = point => Throw(faults, ref left, 25, point);
            List<(Savepoint Savepoint, int Restarts)> asked = [];
            while (!job.HasEnded && world.Executor.Step())
            {
                if (faults.Next(20) == 0 && asked.Count(static a => a.Savepoint.Phase < SavepointPhase.Done) < 2)
                {
                    var savepoint = new Savepoint(new SimulatedObjectStore(), "savepoint");
                    job.TakeSavepoint(savepoint);
                    asked.Add((savepoint, job.Restarts));
                }

                Assert.All(asked, a => Assert.True(a.Restarts == job.Restarts || a.Savepoint.Phase >= SavepointPhase.Done));
            }

            Assert.Equal(JobStatus.Finished, job.Status);
            Assert.Null(MemoryJob.Difference(world.Log, world.Ledger));
            failed += asked.Count(static a => a.Savepoint.Phase == SavepointPhase.Failed);
            done += asked.Count(static a => a.Savepoint.Phase == SavepointPhase.Done);
        }

        Assert.True(failed > 20 && done > 20, $"{failed} failed, {done} done");
    }

    /// <summary>Would fail if an epoch that fails meanwhile let the files go that a savepoint is still copied from.</summary>
    [Fact]
    public void The_files_of_a_savepoint_stay_while_it_is_copied()
    {
        var line = new SavepointLine();
        line.Add(new Savepoint(new SimulatedObjectStore(), "savepoint"));
        Assert.True(line.TryBegin(out _));
        var manifest = new Manifest(1, "job", 1, 0, 1, "", "", 16, 0, false, []);
        line.Pin(manifest);
        line.BeginCopy(null!);
        Assert.Null(line.FailEpoch(External()));
        Assert.Same(manifest, line.Pinned);
        line.End();
        Assert.Null(line.Pinned);
    }

    [Theory]
    [InlineData(RestartStrategy.FixedDelay, 4, 4)]
    [InlineData(RestartStrategy.ExponentialDelay, 4, 4)]
    [InlineData(RestartStrategy.ExponentialDelay, int.MaxValue, 2)]
    [InlineData(RestartStrategy.FailureRate, 0, 3)]
    [InlineData(RestartStrategy.None, 4, 0)]
    public void A_row_that_is_wrong_each_time_uses_up_the_budget(RestartStrategy strategy, int budget, int restarts)
    {
        var world = new World(7);
        int failures = 0;
        world.Ledger.Fault = () => throw new UserException(4001, $"Value is wrong: {++failures}.");
        RunningJob job = world.Run(Options() with
        {
            Checkpoints = world.Store,
            Restart = new RestartOptions
            {
                Strategy = strategy, Attempts = budget, AttemptsBeforeResetBackoff = budget, MaxFailuresPerInterval = 3,
            },
        });
        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.Equal(restarts, job.Restarts);
        UserException failure = Assert.IsType<UserException>(job.Failure);
        Assert.Equal(4001, failure.Code);
        Assert.StartsWith("Value is wrong: 1.", failure.Message, StringComparison.Ordinal);
        if (restarts > 0)
        {
            Assert.Contains($"tried {restarts + 1} times", failure.Message, StringComparison.Ordinal);
        }

        Assert.Empty(world.Ledger.Rows);
    }

    [Fact]
    public void A_job_is_cancelled_while_it_waits_and_the_next_run_goes_on()
    {
        var world = new World(9);
        bool fails = true;
        world.Hit = point =>
        {
            if (fails && point == FailPoint.AfterMarker)
            {
                throw new InvalidOperationException("Planned.");
            }
        };
        JobOptions options = Options() with { Checkpoints = world.Store, Restart = Patient };
        RunningJob job = world.Start(options);
        while (job.Status != JobStatus.Restarting)
        {
            Assert.True(world.Executor.Step());
        }

        job.Cancel();
        while (world.Executor.Step())
        {
        }

        Assert.Equal(JobStatus.Cancelled, job.Status);
        fails = false;
        RunningJob rest = world.Run(options);
        Assert.Equal(JobStatus.Finished, rest.Status);
        Assert.True(rest.RestoredEpoch > 0);
        Assert.Null(MemoryJob.Difference(world.Log, world.Ledger));
    }

    [Fact]
    public void A_job_that_was_asked_to_stop_is_not_started_again()
    {
        var world = new World(10);
        world.Hit = point =>
        {
            if (point == FailPoint.AfterTrigger)
            {
                throw new ExternalException(5000, "Planned.", retryable: true);
            }
        };
        RunningJob job = world.Start(Options() with
        {
            Checkpoints = world.Store, Restart = Patient, CheckpointInterval = TimeSpan.FromHours(1),
        });
        job.Cancel();
        world.Await(job);
        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.Equal(0, job.Restarts);
    }

    [Fact]
    public void A_job_that_fails_alone_does_not_touch_another()
    {
        var world = new World(11);
        var other = new World(12, world.Executor);
        int left = 5;
        var faults = new Random(3);
        world.Hit = point => Throw(faults, ref left, point == FailPoint.AfterGeneration ? int.MaxValue : 3, point);
        RunningJob failing = world.Start(Options() with { Checkpoints = world.Store, Restart = Patient });
        RunningJob quiet = other.Start(Options() with { Checkpoints = other.Store, Restart = Patient });
        world.Await(failing);
        other.Await(quiet);
        Assert.Equal(JobStatus.Finished, quiet.Status);
        Assert.Equal(0, quiet.Restarts);
        Assert.Null(MemoryJob.Difference(other.Log, other.Ledger));
        Assert.InRange(failing.Restarts, 1, 5);
        Assert.Null(MemoryJob.Difference(world.Log, world.Ledger));
    }

    /// <summary>Would fail if a run that another one overtook began again: the two would take the folder from each other for ever.</summary>
    [Fact]
    public void A_job_that_another_run_took_over_stays_ended()
    {
        var world = new World(13);
        bool taken = false;
        world.Hit = point =>
        {
            if (point == FailPoint.AfterManifest && !taken)
            {
                taken = true;
                Assert.True(world.Store.TryCreate(
                    "gen/0000000002.json", "{\"number\":2,\"nonce\":\"other\",\"firstEpoch\":0}"u8));
            }
        };
        RunningJob job = world.Run(Options() with { Checkpoints = world.Store, Restart = Patient });
        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.Equal(5010, Assert.IsType<ExternalException>(job.Failure).Code);
        Assert.Equal(0, job.Restarts);
    }

    /// <summary>
    /// Would fail if a barrier of an epoch that was given up were taken for the next one's, if a task kept channels blocked for it,
    /// if what a sink had prepared were dropped, or if changes gathered for a file that was never written were not written again.
    /// </summary>
    [Fact]
    public void An_epoch_that_takes_too_long_is_given_up_and_no_row_is_lost()
    {
        long givenUp = 0;
        long completed = 0;
        for (int seed = 1; seed <= 40; seed++)
        {
            var world = new World(seed);
            var faults = new Random(seed);
            int left = seed % 4 == 0 ? 3 : 0;
            world.Hit = point => Throw(faults, ref left, point == FailPoint.AfterGeneration ? int.MaxValue : 15, point);
            RunningJob job = world.Run(Options() with
            {
                Restart = Patient, Checkpoints = world.Store, Seed = seed, TolerableFailedCheckpoints = int.MaxValue,
                CheckpointTimeout = TimeSpan.FromMicroseconds(40 << (seed % 4)),
            });
            Assert.True(job.Status == JobStatus.Finished, $"seed {seed}: {job.Status} {job.Failure}");
            Assert.True(MemoryJob.Difference(world.Log, world.Ledger) is null, $"seed {seed}");
            Assert.Equal(0, job.Metrics().NativeBytes);
            givenUp += job.Metrics().Checkpoints.Failed;
            completed += job.Metrics().Checkpoints.Completed;
        }

        Assert.True(givenUp > 15 && completed > 100, $"{givenUp} given up, {completed} completed");
    }

    [Fact]
    public void Delays_grow_with_jitter_and_begin_anew_after_a_quiet_time()
    {
        var options = new RestartOptions
        {
            Strategy = RestartStrategy.ExponentialDelay, AttemptsBeforeResetBackoff = 6, MaxBackoff = TimeSpan.FromSeconds(4),
        };
        var policy = new RestartPolicy(options, new Random(1));
        double expectedMs = 1000;
        long now = 0;
        for (int i = 0; i < 6; i++)
        {
            long delay = policy.Next(External(), i, now)!.Value;
            Assert.InRange(delay, Math.Max(1000, expectedMs * 0.9) - 1, Math.Min(4000, expectedMs * 1.1) + 1);
            expectedMs = Math.Min(4000, expectedMs * 1.5);
            now += (delay + 10) * 1_000_000;
        }

        Assert.Null(policy.Next(External(), 6, now));
        now += 2 * 3600 * 1_000_000_000L;
        Assert.InRange(policy.Next(External(), 7, now)!.Value, 1000, 1100);
    }

    [Fact]
    public void A_rate_of_failures_ends_a_job_only_inside_its_interval()
    {
        var options = new RestartOptions { Strategy = RestartStrategy.FailureRate, MaxFailuresPerInterval = 2 };
        var policy = new RestartPolicy(options, new Random(1));
        const long Second = 1_000_000_000;
        Assert.Equal(1000, policy.Next(External(), 0, 0));
        Assert.Equal(1000, policy.Next(External(), 0, 40 * Second));
        Assert.Equal(1000, policy.Next(External(), 0, 61 * Second));
        Assert.Null(policy.Next(External(), 0, 90 * Second));
    }

    /// <summary>A run whom the claims or another node tell that it was overtaken must not overtake its successor in turn.</summary>
    [Theory]
    [InlineData(5010, false)]
    [InlineData(5072, false)]
    [InlineData(5071, true)]
    public void A_run_that_was_overtaken_is_not_started_again(int code, bool startsAgain)
    {
        var policy = new RestartPolicy(new RestartOptions { Strategy = RestartStrategy.FixedDelay, Attempts = 3 }, new Random(1));
        Assert.Equal(startsAgain, policy.Next(new ExternalException(code, "Planned.", retryable: startsAgain), 0, 0) is not null);
    }

    private static ExternalException External() => new(5000, "Planned.", retryable: true);

    private static JobOptions Options() => new("restarts")
    {
        Checks = true, MaxRows = 16, CheckpointInterval = TimeSpan.FromMicroseconds(300), Nonce = "n", ChannelCreditBytes = 4096,
    };

    private static void Throw(Random random, ref int left, int oneIn, string point)
    {
        if (left > 0 && random.Next(oneIn) == 0)
        {
            left--;
            throw new InvalidOperationException($"Planned at {point}.");
        }
    }

    /// <summary>Holds a log, a ledger and a store, and runs jobs over them in virtual time.</summary>
    private sealed class World : IFailPoints
    {
        private readonly SizeClassPool _pool = new();
        private readonly int _seed;

        public World(int seed, SimExecutor? executor = null)
        {
            _seed = seed;
            Executor = executor ?? new SimExecutor(seed);
            Log = MemoryLog.Random(new Random(seed), splits: 3, rowsPerSplit: 600, keys: 40);
            Store.Random = new Random(seed);
            Store.Delay = Executor.Pass;
        }

        public MemoryLog Log { get; }

        public MemoryLedger Ledger { get; } = new();

        public SimulatedObjectStore Store { get; } = new();

        public SimExecutor Executor { get; }

        public Action<string> Hit { get; set; } = static _ => { };

        void IFailPoints.Hit(string name) => Hit(name);

        public RunningJob Start(JobOptions options) => new JobRunner(
            Executor, Executor, new ConnectorRegistry([new MemoryConnector(Log, Ledger, pauses: true)]),
            new BufferAllocator("restarts", _pool), new StatePool(), this)
            .Start(MemoryJob.Graph((_seed % 3) + 1, (_seed % 2) + 1), options);

        public RunningJob Run(JobOptions options)
        {
            for (int attempt = 0; ; attempt++)
            {
                try
                {
                    return Await(Start(options));
                }
                catch (ExternalException failure) when (failure.IsRetryable && attempt < 20)
                {
                    // The first attempt could not even start: that is the caller's to try again.
                }
                catch (InvalidOperationException failure) when (failure.Message.StartsWith("Planned", StringComparison.Ordinal))
                {
                }
            }
        }

        public RunningJob Await(RunningJob job)
        {
            while (!job.HasEnded && Executor.Turns < 4_000_000 && Executor.Step())
            {
            }

            Assert.True(job.HasEnded, $"The job hangs: {job.Status}.");
            JobStatus end = job.Status;
            for (int i = 0; i < 1000 && Executor.Step(); i++)
            {
            }

            Assert.Equal(end, job.Status);
            return job;
        }
    }
}
