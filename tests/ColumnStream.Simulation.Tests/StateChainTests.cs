using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.State;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Testing.Jobs;
using ColumnStream.Testing.Simulation;
using Xunit;

namespace ColumnStream.Simulation.Tests;

/// <summary>A large base with many small changes behind it: clean-up keeps what the newest epochs name, restore finds it.</summary>
public sealed class StateChainTests
{
    private readonly MemoryLog _log = new();
    private readonly MemoryLedger _ledger = new();
    private readonly SimulatedObjectStore _store = new();

    public StateChainTests()
    {
        var random = new Random(7);
        var rows = new System.Collections.Generic.List<(long Key, long Value)>();
        for (int i = 0; i < 12_000; i++)
        {
            rows.Add((i < 3000 ? i : random.Next(5), random.NextInt64()));
        }

        _log.Splits.Add(rows);
    }

    [Fact]
    public void A_base_older_than_the_retained_epochs_is_kept_and_restored()
    {
        RunUntil(job => VisibleRows() > 11_000);
        Assert.True(_store.List("claim/").Count <= 4, "Old claims were not removed.");
        Assert.True(OldestFile() < OldestClaim() - 1, "No state file is older than the retained epochs: the test tests nothing.");
        RunningJob job = RunUntil(static job => job.Status != JobStatus.Running);
        Assert.Null(job.Failure);
        Assert.Equal(JobStatus.Finished, job.Status);
        Assert.Null(MemoryJob.Difference(_log, _ledger));
    }

    [Fact]
    public void A_damaged_newest_checkpoint_is_an_error_and_never_an_older_one()
    {
        RunUntil(job => job.Metrics().Checkpoints.Completed >= 3);
        string newest = _store.List("claim/")[^1];
        string epoch = newest["claim/".Length..^".json".Length];
        foreach (string name in _store.List($"ckpt/{epoch}/"))
        {
            if (name.EndsWith("manifest.json", StringComparison.Ordinal))
            {
                _store.Damage(name);
            }
        }

        Assert.Throws<ExternalException>(() => RunUntil(static _ => true));
    }

    [Fact]
    public void A_damaged_state_file_fails_the_restore()
    {
        RunUntil(job => VisibleRows() > 2000);
        foreach (string name in _store.List("ckpt/"))
        {
            if (name.EndsWith(".arrows", StringComparison.Ordinal))
            {
                _store.Damage(name);
            }
        }

        RunningJob job = RunUntil(static job => job.Status != JobStatus.Running);
        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.IsType<ExternalException>(job.Failure);
    }

    private RunningJob RunUntil(Func<RunningJob, bool> reached)
    {
        var executor = new SimExecutor(11);
        using var pool = new SizeClassPool();
        var runner = new JobRunner(
            executor, executor, new ConnectorRegistry([new MemoryConnector(_log, _ledger)]),
            new BufferAllocator("sim", pool), new StatePool());
        RunningJob job = runner.Start(
            MemoryJob.SingleChain(),
            new JobOptions("chain")
            {
                Checkpoints = _store, CheckpointInterval = TimeSpan.FromMicroseconds(100), MaxRows = 4,
                Nonce = $"n{_store.List("gen/").Count}",
            });
        while (!reached(job) && executor.Step())
        {
        }

        return job;
    }

    private int VisibleRows() => _ledger.Rows.TryGetValue("raw", out var rows) ? rows.Count : 0;

    private long OldestClaim() => Number(_store.List("claim/")[0], "claim/");

    private long OldestFile() => Number(_store.List("ckpt/")[0], "ckpt/");

    private static long Number(string name, string prefix) =>
        long.Parse(name.AsSpan(prefix.Length, 12), System.Globalization.CultureInfo.InvariantCulture);
}
