using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.State;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Savepoints;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Runtime.Upgrades;
using ColumnStream.Testing.Jobs;
using ColumnStream.Testing.Sabotage;
using Xunit;

namespace ColumnStream.Tests.Runtime;

// Goal: restoring a path begins a new life of the job: whatever stands in its folder, its end included, is of the past, and a run that
// dies before its first claim leaves a folder whose next run goes on from the same path. Method: the folder of a finished job is
// restored from a savepoint of its middle, the process dies at every put and delete, and 'latest' follows. Would fail if the end of the
// former life counted, if an older claim were taken instead of the path, or if a savepoint were removed before the first own claim.
public sealed class NewLifeTests
{
    private readonly MemoryObjectStore _store = new(TimeProvider.System);
    private readonly MemoryObjectStore _saved = new(TimeProvider.System);
    private readonly MemoryLog _log = MemoryLog.Random(new Random(11), splits: 2, rowsPerSplit: 1500, keys: 50);
    private readonly MemoryLedger _atCut;
    private readonly long _epoch;

    public NewLifeTests()
    {
        var ledger = new MemoryLedger();
        Savepoint? savepoint = null;
        MemoryLedger? atCut = null;
        ledger.IsCanonical = epoch =>
        {
            atCut ??= savepoint is { Epoch: > 0 } taken && epoch > taken.Epoch ? ledger.Copy() : null;
            return true;
        };
        RunningJob job = Run(_store, ledger, Options(_store), (running, turn) =>
        {
            if (turn == 60)
            {
                savepoint = new Savepoint(_saved, "saved", SavepointStop.GoOn);
                running.TakeSavepoint(savepoint);
            }
        });
        Assert.Equal(JobStatus.Finished, job.Status);
        Assert.Equal(SavepointPhase.Done, savepoint?.Phase);
        Assert.Null(MemoryJob.Difference(_log, ledger));
        _atCut = atCut!;
        _epoch = savepoint!.Epoch;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_process_that_dies_anywhere_in_a_new_life_leaves_it_to_the_next(bool claims)
    {
        int fromPath = 0;
        int fromClaim = 0;
        int changes = 1;
        for (bool isOver = false; !isOver; changes++)
        {
            MemoryObjectStore folder = Copy(_store);
            MemoryObjectStore saved = Copy(_saved);
            MemoryLedger ledger = _atCut.Copy();
            var death = new Death(changes);
            var mortal = new Mortal(folder, death);
            isOver = true;
            try
            {
                Run(mortal, ledger, Restoring(mortal, new Mortal(saved, death), claims));
            }
            catch (SimulatedCrashException)
            {
                isOver = false;
            }

            bool hasBegun = folder.Find("gen/0000000002.json") is not null;
            RunningJob next = Run(folder, ledger, Options(folder) with { OpenOrigin = _ => saved });
            if (!hasBegun)
            {
                // The folder is as it was: the former life is over.
                Assert.Equal(JobStatus.AlreadyFinished, next.Status);
                continue;
            }

            Assert.True(
                next.Status is JobStatus.Finished or JobStatus.AlreadyFinished, $"change {changes}: {next.Status} {next.Failure}");
            Assert.True(MemoryJob.Difference(_log, ledger) is null, $"change {changes}: {MemoryJob.Difference(_log, ledger)}");
            Assert.True(next.RestoredEpoch >= _epoch, $"change {changes}: restored {next.RestoredEpoch}, not {_epoch}");
            fromPath += next.RestoredEpoch == _epoch ? 1 : 0;
            fromClaim += next.RestoredEpoch > _epoch ? 1 : 0;

            // Whoever died between the first own claim and the end of the removal leaves the rest of it to the next, which was told nothing.
            Assert.True((saved.List("").Count == 0) == claims, $"change {changes}: of the savepoint stands {string.Join(' ', saved.List(""))}");

            // What ends the new life is an end like any other.
            Assert.Equal(JobStatus.AlreadyFinished, Run(folder, ledger, Options(folder)).Status);
        }

        Assert.True(fromPath > 3 && fromClaim > 10 && changes > 20, $"{fromPath} {fromClaim} {changes}");
    }

    [Fact]
    public void Where_the_path_is_gone_before_a_first_claim_nothing_older_is_taken()
    {
        var death = new Death(FailPoint.AfterTrigger);
        Assert.Throws<SimulatedCrashException>(
            () => Run(_store, _atCut, Restoring(_store, _saved, claims: false), points: death));
        UserException gone = Assert.Throws<UserException>(
            () => Run(_store, _atCut, Options(_store) with { OpenOrigin = _ => new MemoryObjectStore(TimeProvider.System) }));
        Assert.Equal(3120, gone.Code);
        Assert.Contains("saved", gone.Message, StringComparison.Ordinal);
        UserException unknown = Assert.Throws<UserException>(() => Run(_store, _atCut, Options(_store)));
        Assert.Contains("was restored from saved", unknown.Message, StringComparison.Ordinal);

        // Nothing of that took the folder: with the path back, the job goes on.
        Assert.Equal(JobStatus.Finished, Run(_store, _atCut, Options(_store) with { OpenOrigin = _ => _saved }).Status);
        Assert.Null(MemoryJob.Difference(_log, _atCut));
    }

    [Fact]
    public void What_took_the_place_of_the_removed_savepoint_stays()
    {
        var death = new Death(FailPoint.AfterClaim);
        Assert.Throws<SimulatedCrashException>(() => Run(_store, _atCut, Restoring(_store, _saved, claims: true), points: death));
        MemoryObjectStore other = Copy(_saved);
        using (Stream stream = other.OpenRead("manifest.json")!)
        {
            using var content = new MemoryStream();
            stream.CopyTo(content);
            content.WriteByte((byte)' ');
            other.Overwrite("manifest.json", content.ToArray());
        }

        IReadOnlyList<string> names = other.List("");
        Assert.Equal(JobStatus.Finished, Run(_store, _atCut, Options(_store) with { OpenOrigin = _ => other }).Status);
        Assert.Equal(names, other.List(""));
    }

    /// <summary>Would fail if only the job's own checkpoints were looked at: there are none in this life.</summary>
    [Fact]
    public void An_upgrade_is_held_against_what_the_life_began_from()
    {
        Assert.Throws<SimulatedCrashException>(() => Run(
            _store, _atCut, Restoring(_store, _saved, claims: false), points: new Death(FailPoint.AfterTrigger)));
        using var pool = new SizeClassPool();
        using var memory = new BufferAllocator("upgrade", pool);
        using var pages = new StatePool();
        var opened = new List<string>();
        UpgradeReport report = new JobUpgrade(memory, pages, TimeProvider.System).From(
            _store, null, "test", MemoryJob.Graph(2, 2), isBatch: false, origin =>
            {
                opened.Add(origin);
                return _saved;
            });
        Assert.Equal(["saved"], opened);
        Assert.Contains(report.Operators, o => o.Rows > 0);
        Assert.All(report.Operators, o => Assert.Equal(UpgradeVerdict.Keep, o.Verdict));
    }

    /// <summary>Would fail if the newest epoch of the own folder were looked for once more when the new life has begun.</summary>
    [Fact]
    public void A_job_goes_back_to_an_epoch_of_its_own_folder()
    {
        long newest = new CheckpointStore(_store).NewestClaim()!.Epoch;
        Assert.Throws<SimulatedCrashException>(() => Run(
            _store, _atCut, Restoring(_store, _store, claims: false), points: new Death(FailPoint.AfterTrigger)));
        RunningJob job = Run(_store, _atCut, Options(_store) with { OpenOrigin = _ => _store });
        Assert.Equal((JobStatus.Finished, newest), (job.Status, job.RestoredEpoch));
    }

    private static JobOptions Options(IObjectStore store) => new("test")
    {
        Checkpoints = store,
        AllowsSavepoints = true,
        CheckpointInterval = TimeSpan.FromMicroseconds(30),
        MaxRows = 16,
        Nonce = "n",
    };

    private static JobOptions Restoring(IObjectStore store, IObjectStore saved, bool claims) => Options(store) with
    {
        Restore = RestoreMode.Path,
        RestoreFrom = saved,
        RestoreAddress = "saved",
        ClaimsRestored = claims,
        Nonce = "restored",
    };

    private static MemoryObjectStore Copy(MemoryObjectStore store)
    {
        var copy = new MemoryObjectStore(TimeProvider.System);
        foreach (string name in store.List(""))
        {
            using Stream stream = store.OpenRead(name)!;
            using var content = new MemoryStream();
            stream.CopyTo(content);
            copy.Overwrite(name, content.ToArray());
        }

        return copy;
    }

    private RunningJob Run(
        IObjectStore store, MemoryLedger ledger, JobOptions options, Action<RunningJob, long>? each = null, IFailPoints? points = null)
    {
        Assert.Same(store, options.Checkpoints);
        return MemoryRun.Play(_log, ledger, options, points, each);
    }

    /// <summary>Ends the process in front of the n-th change of a store, or at a point.</summary>
    private sealed class Death(int changes, string point = "") : IFailPoints
    {
        private int _changes;

        public Death(string point)
            : this(int.MaxValue, point)
        {
        }

        public void Change()
        {
            if (++_changes >= changes)
            {
                throw new SimulatedCrashException("change");
            }
        }

        public void Hit(string name)
        {
            if (name == point)
            {
                throw new SimulatedCrashException(name);
            }
        }
    }

    private sealed class Mortal(IObjectStore inner, Death death) : StoreDecorator(inner)
    {
        public override ValueTask<bool> TryCreateAsync(
            string name, ReadOnlyMemory<byte> content, CancellationToken cancellation = default)
        {
            death.Change();
            return base.TryCreateAsync(name, content, cancellation);
        }

        public override IObjectWriter Create(string name)
        {
            death.Change();
            return base.Create(name);
        }

        public override async ValueTask DeleteAsync(IReadOnlyList<string> names, CancellationToken cancellation = default)
        {
            foreach (string name in names)
            {
                death.Change();
                await base.DeleteAsync([name], cancellation);
            }
        }
    }
}
