using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.State;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Testing.Jobs;
using ColumnStream.Testing.Simulation;
using Xunit;

namespace ColumnStream.Simulation.Tests;

/// <summary>Goal: options of checkpoints have their effect. Method: each is set, and what it changes is counted in virtual time.</summary>
/// <remarks>Each test fails if its option is ignored, since the same job is run without it and behaves otherwise.</remarks>
public sealed class CheckpointingOptionTests
{
    [Fact]
    public void At_least_once_may_count_rows_twice_behind_a_kill_and_never_loses_one()
    {
        Assert.Equal((0, 0), KilledRuns(isExactlyOnce: true));
        (int doubled, int lost) = KilledRuns(isExactlyOnce: false);
        Assert.Equal(0, lost);
        Assert.True(doubled > 0, "No run counted a row twice: channels wait for each other although they need not.");
    }

    [Fact]
    public void Between_two_checkpoints_lies_the_least_pause()
    {
        const long PauseNs = 400_000;
        var world = new World(1);
        world.Run(Options() with { Checkpointing = new CheckpointOptions { MinPause = TimeSpan.FromMicroseconds(PauseNs / 1000) } });
        Assert.True(world.PausesNs.Count > 3 && world.PausesNs.SkipLast(1).All(p => p >= PauseNs), string.Join(", ", world.PausesNs));

        var eager = new World(1);
        eager.Run(Options());
        Assert.True(eager.PausesNs.Any(p => p < PauseNs / 4), string.Join(", ", eager.PausesNs));
    }

    [Fact]
    public void Behind_the_first_task_that_ended_checkpoints_stop_if_they_are_asked_to()
    {
        long[] completed = new long[2];
        foreach (bool goesOn in new[] { false, true })
        {
            // One reader has a single row, the other many.
            var world = new World(2);
            world.Log.Splits[0].RemoveRange(1, world.Log.Splits[0].Count - 1);
            RunningJob job = world.Run(Options() with { Checkpointing = new CheckpointOptions { AfterTasksFinish = goesOn } });
            Assert.Null(MemoryJob.Difference(world.Log, world.Ledger));
            completed[goesOn ? 1 : 0] = job.Metrics().Checkpoints.Completed;
        }

        Assert.True(completed[0] * 3 < completed[1], $"{completed[0]} and {completed[1]} checkpoints");
    }

    [Fact]
    public void Every_checkpoint_is_whole_where_they_may_not_hold_changes()
    {
        foreach (bool isIncremental in new[] { false, true })
        {
            var world = new World(3);
            JobMetrics metrics = world.Run(
                Options() with { Checkpointing = new CheckpointOptions { IsIncremental = isIncremental } }).Metrics();
            CheckpointRecord[] withState = [.. metrics.History.Where(c => c.Bytes > 0)];
            Assert.True(withState.Length > 3, $"{withState.Length} checkpoints with state");
            Assert.Equal(!isIncremental, withState.All(c => c.IsFull && c.StateBytes == c.Bytes));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void As_many_failed_checkpoints_are_suffered_as_allowed(int tolerable)
    {
        var world = new World(4);
        var warnings = new List<string>();
        world.Store.Choose = call => call == StoreCall.Write ? StoreFault.ServerError : null;
        RunningJob job = world.Run(Options() with { TolerableFailedCheckpoints = tolerable, Warn = warnings.Add });
        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.Equal(5014, Assert.IsType<ExternalException>(job.Failure).Code);
        Assert.Equal(tolerable, warnings.Count(w => w.StartsWith("Checkpoint ", StringComparison.Ordinal)));
        Assert.Equal(tolerable + 1, job.Metrics().Checkpoints.Failed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void As_many_checkpoints_are_kept_as_asked(int retained)
    {
        var world = new World(5);
        RunningJob job = world.Run(Options() with { Checkpointing = new CheckpointOptions { Retained = retained } });
        Assert.True(job.Metrics().Checkpoints.Completed > 6);
        Assert.Equal(retained, world.Store.Names("claim/").Count);
    }

    /// <summary>Kills a job behind each of its first claims; returns how many runs counted rows twice, and how many lost some.</summary>
    private static (int Doubled, int Lost) KilledRuns(bool isExactlyOnce)
    {
        int doubled = 0;
        int lost = 0;
        for (int seed = 1; seed <= 12; seed++)
        {
            var world = new World(seed) { KillsAtClaim = 2 };
            JobOptions options = Options() with
            {
                Checkpointing = new CheckpointOptions { IsExactlyOnce = isExactlyOnce }, Seed = seed,
            };
            world.Run(options);
            world.KillsAtClaim = 0;
            RunningJob job = world.Run(options);
            Assert.Equal((JobStatus.Finished, true), (job.Status, job.RestoredEpoch > 0));
            Dictionary<string, long> expected = world.Expected();
            Dictionary<string, long> actual = world.Counted();
            lost += expected.Any(e => actual.GetValueOrDefault(e.Key) < e.Value) ? 1 : 0;
            doubled += actual.Any(a => expected.GetValueOrDefault(a.Key) < a.Value) ? 1 : 0;
        }

        return (doubled, lost);
    }

    private static JobOptions Options() => new("options")
    {
        CheckpointInterval = TimeSpan.FromMicroseconds(100), MaxRows = 4, Checks = true, Nonce = "n", ChannelCreditBytes = 4096,
    };

    /// <summary>Holds what outlives a run; knows the protocol's points.</summary>
    private sealed class World(int seed) : IFailPoints
    {
        private SimExecutor _executor = new(seed);
        private long _endedNs = -1;
        private int _claims;

        public MemoryLog Log { get; } = MemoryLog.Random(new Random(seed), splits: 2, rowsPerSplit: 600, keys: 300);

        public MemoryLedger Ledger { get; } = new();

        public SimulatedObjectStore Store { get; } = new();

        /// <summary>Gets the nanoseconds from the end of each checkpoint to the next trigger.</summary>
        public List<long> PausesNs { get; } = [];

        public int KillsAtClaim { get; set; }

        public void Hit(string name)
        {
            if (name == FailPoint.AfterTrigger && _endedNs >= 0)
            {
                PausesNs.Add(_executor.Now - _endedNs);
            }

            _endedNs = name == FailPoint.AfterMarker ? _executor.Now : _endedNs;
            if (name == FailPoint.AfterClaim && ++_claims == KillsAtClaim)
            {
                throw new SimulatedCrashException(name);
            }
        }

        public RunningJob Run(JobOptions options)
        {
            using var pool = new SizeClassPool();
            _executor = new SimExecutor(seed + _claims, longestQuantum: 2);
            RunningJob job = new JobRunner(
                _executor, _executor, new ConnectorRegistry([new MemoryConnector(Log, Ledger, pauses: true)]),
                new BufferAllocator("options", pool), new StatePool(), this)
                .Start(MemoryJob.Graph(2, 2), options with { Checkpoints = Store });
            try
            {
                while (!job.HasEnded && _executor.Turns < 2_000_000 && _executor.Step())
                {
                }
            }
            catch (SimulatedCrashException)
            {
            }

            return job;
        }

        /// <summary>Returns how often each key of each split is in the log.</summary>
        public Dictionary<string, long> Expected()
        {
            var counts = new Dictionary<string, long>(StringComparer.Ordinal);
            for (int s = 0; s < Log.Splits.Count; s++)
            {
                foreach ((long key, _) in Log.Splits[s])
                {
                    string name = $"{key}\t{s}";
                    counts[name] = counts.GetValueOrDefault(name) + 1;
                }
            }

            return counts;
        }

        /// <summary>Returns the greatest count that was shown of each key of each split.</summary>
        public Dictionary<string, long> Counted()
        {
            var counts = new Dictionary<string, long>(StringComparer.Ordinal);
            foreach ((RowKind kind, string row) in Ledger.Rows.GetValueOrDefault("folded", []))
            {
                string[] cells = row.Split('\t');
                string name = $"{cells[0]}\t{cells[1]}";
                long count = long.Parse(cells[2], CultureInfo.InvariantCulture);
                counts[name] = kind is RowKind.Insert or RowKind.UpdateAfter
                    ? Math.Max(count, counts.GetValueOrDefault(name)) : counts.GetValueOrDefault(name);
            }

            return counts;
        }
    }
}
