using System;
using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.State;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Savepoints;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Testing.Jobs;

namespace ColumnStream.Testing.Simulation;

/// <summary>Plays one history by a seed: a job is asked for a savepoint, may crash, and another run goes on from there.</summary>
/// <remarks>
/// What was visible of epochs up to the savepoint's, and what the restored run shows, must be what the log says: no row lost
/// at the cut, none doubled, with a store for checkpoints and without, at any parallelism. A folder whose savepoint failed,
/// or whose process died on the way, is never restored.
/// </remarks>
public sealed class SavepointHistory
{
    private readonly Random _random;
    private readonly int _seed;
    private readonly MemoryLog _log;
    private readonly MemoryLedger _ledger = new();
    private readonly SimulatedObjectStore _store = new();
    private readonly SimulatedObjectStore _target = new();
    private readonly SavepointStop _stop;
    private readonly bool _hasStore;
    private readonly bool _crashes;
    private Dictionary<string, List<(RowKind Kind, string Row)>>? _atCut;
    private Savepoint? _savepoint;
    private long _epochOfRecord;

    private SavepointHistory(int seed)
    {
        _seed = seed;
        _random = new Random(seed);
        _log = MemoryLog.Random(
            _random, splits: _random.Next(1, 5), rowsPerSplit: 1 << _random.Next(5, 11), keys: 1 << _random.Next(0, 10));
        _stop = (SavepointStop)_random.Next(3);
        _hasStore = _random.Next(3) > 0;
        _crashes = _random.Next(2) == 0;
        _ledger.IsCanonical = IsCanonical;
    }

    /// <summary>Gets how the history went: the kind of stop and what became of the savepoint.</summary>
    public string Course { get; private set; } = "";

    /// <summary>Plays the history of <paramref name="seed"/>.</summary>
    /// <exception cref="InvalidOperationException">It broke a promise: the message replays it.</exception>
    public static SavepointHistory Play(int seed)
    {
        var history = new SavepointHistory(seed);
        try
        {
            history.Play();
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"replay: COLUMNSTREAM_SAVEPOINT_SEED={seed} dotnet test tests/ColumnStream.Simulation.Tests\n{failure}"));
        }

        return history;
    }

    private void Play()
    {
        (RunningJob? first, bool crashed) = First();
        bool isRestorable = _target.Exists("savepoint.json");
        Course = $"{_stop} {(_hasStore ? "store" : "alone")} {(crashed ? "crashed" : _savepoint!.Phase.ToString())}"
            + (isRestorable ? " restorable" : "");
        if (!crashed)
        {
            Check(first!.Failure is null, $"The job failed: {first.Failure}");
            Check((_savepoint!.Phase == SavepointPhase.Done) == isRestorable, $"Savepoint is {_savepoint.Phase}, restorable: {isRestorable}");
            Check(
                _savepoint.Phase != SavepointPhase.Done || _stop == SavepointStop.GoOn
                    || first.Status == (_stop == SavepointStop.Drain ? JobStatus.Finished : JobStatus.Cancelled),
                $"The job ended as {first.Status}.");
            Check(_target.Faults > 0 || _target.List("staging/").Count == 0, "Staged files stayed.");
        }

        if (_hasStore && !(_stop == SavepointStop.Drain && !crashed))
        {
            GoOnFromCheckpoints(crashed);
        }

        if (isRestorable)
        {
            RestoreFromSavepoint();
        }
        else
        {
            Check(Throws(() => Runner(new SimExecutor(1), new MemoryLedger()).Start(Graph(), Restoring())), "A half savepoint was restored.");
        }
    }

    /// <summary>Runs until the savepoint is there and the job has ended, or crashes.</summary>
    private (RunningJob? Job, bool Crashed) First()
    {
        var executor = new SimExecutor(_random.Next());
        var crashes = new Random(_random.Next());
        int oneIn = 4 << _random.Next(0, 8);
        void Crash(string point)
        {
            if (_crashes && crashes.Next(oneIn) == 0 && _savepoint is not null)
            {
                throw new SimulatedCrashException(point);
            }
        }

        _target.Crash = () => Crash("target");
        _target.Random = new Random(_random.Next());
        _target.FaultsPerMille = _random.Next(3) == 0 ? _random.Next(1, 300) : 0;
        _target.Delay = executor.Pass;
        JobRunner runner = Runner(executor, _ledger, new Points(Crash));
        long askAt = _random.Next(1, 400);
        RunningJob job = runner.Start(Graph(), Options());
        try
        {
            while (job.Status == JobStatus.Running)
            {
                if (_savepoint is null && executor.Turns >= askAt)
                {
                    _savepoint = new Savepoint(_target, "target", _stop);
                    job.TakeSavepoint(_savepoint);
                }

                Check(executor.Step(), "The job hangs.");
                Check(executor.Turns < 3_000_000, "The job runs for ever.");
            }
        }
        catch (SimulatedCrashException)
        {
            Quiet();
            return (null, true);
        }

        Quiet();
        if (_savepoint is null)
        {
            _savepoint = new Savepoint(_target, "target", _stop);
            job.TakeSavepoint(_savepoint);
            Check(_savepoint.Phase == SavepointPhase.Failed, "A job that has ended takes a savepoint.");
        }

        Check(_savepoint.Phase >= SavepointPhase.Done, $"Savepoint of a job that has ended is {_savepoint.Phase}.");
        return (job, false);
    }

    private void Quiet()
    {
        _target.Crash = static () => { };
        _target.FaultsPerMille = 0;
    }

    /// <summary>The job's own checkpoints are untouched by the savepoint: a later run finishes from there.</summary>
    private void GoOnFromCheckpoints(bool crashed)
    {
        var copy = CloneOf(_ledger);
        RunningJob job = RunToEnd(_ledger, Options());
        Check(
            job.Status is JobStatus.Finished or JobStatus.AlreadyFinished, $"Going on ended as {job.Status}: {job.Failure}");
        bool wasDrained = crashed && _stop == SavepointStop.Drain && _store.Exists("terminal.json");
        if (!wasDrained && MemoryJob.Difference(_log, _ledger) is { } difference && _stop != SavepointStop.Drain)
        {
            throw new InvalidOperationException("From the checkpoints: " + difference);
        }

        _atCut ??= copy;
    }

    private void RestoreFromSavepoint()
    {
        if (_stop == SavepointStop.Drain)
        {
            Check(Throws(() => Runner(new SimExecutor(1), new MemoryLedger()).Start(Graph(), Restoring())), "A drained savepoint was restored.");
            return;
        }

        // Parts that wait for their commit are in the ledger itself; without a store they are the savepoint's own.
        MemoryLedger ledger = _ledger;
        ledger.IsCanonical = static _ => true;
        if (_atCut is not null)
        {
            ledger.Rows.Clear();
            foreach ((string table, var rows) in _atCut)
            {
                ledger.Rows.Add(table, [.. rows]);
            }
        }

        JobOptions restoring = Restoring();
        if (TryRunToDeath(ledger, restoring))
        {
            // A new life of a used or an unused folder, before its first claim or behind it.
            restoring = Options() with { Checkpoints = restoring.Checkpoints, OpenOrigin = _ => _target };
        }

        RunningJob job = RunToEnd(ledger, restoring);
        Check(job.Status is JobStatus.Finished or JobStatus.AlreadyFinished, $"Restored run ended as {job.Status}: {job.Failure}");
        if (MemoryJob.Difference(_log, ledger) is { } difference)
        {
            throw new InvalidOperationException("From the savepoint: " + difference);
        }
    }

    /// <summary>Runs a job that may die on its way, in every second history; returns whether it did, with its new life begun.</summary>
    private bool TryRunToDeath(MemoryLedger ledger, JobOptions options)
    {
        var deaths = new Random(_random.Next());
        if (deaths.Next(2) == 0)
        {
            return false;
        }

        bool hasBegun = false;
        int oneIn = 1 << deaths.Next(1, 8);
        var executor = new SimExecutor(deaths.Next());
        JobRunner runner = Runner(executor, ledger, new Points(point =>
        {
            hasBegun = true;
            if (deaths.Next(oneIn) == 0)
            {
                throw new SimulatedCrashException(point);
            }
        }));
        try
        {
            RunningJob job = runner.Start(Graph(), options);
            while (!job.HasEnded && executor.Step())
            {
            }
        }
        catch (SimulatedCrashException)
        {
            Course += " again";
        }

        return hasBegun;
    }

    private RunningJob RunToEnd(MemoryLedger ledger, JobOptions options)
    {
        var executor = new SimExecutor(_random.Next());
        RunningJob job = Runner(executor, ledger).Start(Graph(), options);
        while (job.Status == JobStatus.Running)
        {
            Check(executor.Step(), "The job hangs.");
            Check(executor.Turns < 3_000_000, "The job runs for ever.");
        }

        return job;
    }

    /// <summary>Keeps what is visible when the first epoch behind the savepoint is committed, and tells whether it may be.</summary>
    private bool IsCanonical(long epoch)
    {
        if (_epochOfRecord == 0 && _savepoint is { Epoch: > 0 } savepoint)
        {
            _epochOfRecord = savepoint.Epoch;
        }

        if (_epochOfRecord > 0 && epoch > _epochOfRecord)
        {
            _atCut ??= CloneOf(_ledger);
        }

        if (!_hasStore)
        {
            // What a savepoint's epoch shows must be in the savepoint first; any other epoch is the job's last.
            return epoch != _epochOfRecord || _savepoint!.Phase == SavepointPhase.Failed || _target.Exists("savepoint.json");
        }

        return _store.Exists(string.Create(CultureInfo.InvariantCulture, $"claim/{epoch:D12}.json"));
    }

    private static Dictionary<string, List<(RowKind Kind, string Row)>> CloneOf(MemoryLedger ledger)
    {
        var clone = new Dictionary<string, List<(RowKind Kind, string Row)>>(StringComparer.Ordinal);
        foreach ((string table, var rows) in ledger.Rows)
        {
            clone.Add(table, [.. rows]);
        }

        return clone;
    }

    private JobRunner Runner(SimExecutor executor, MemoryLedger ledger, IFailPoints? points = null) => new(
        executor, executor, new ConnectorRegistry([new MemoryConnector(_log, ledger, pauses: true)]),
        new BufferAllocator("sim", new SizeClassPool()), new StatePool(), points);

    private Engine.Plan.JobGraph Graph() => MemoryJob.Graph(_random.Next(1, 5), _random.Next(1, 5));

    private JobOptions Restoring() => Options() with
    {
        Checkpoints = _hasStore && _random.Next(2) == 0 ? _store : new SimulatedObjectStore(),
        Restore = RestoreMode.Path,
        RestoreFrom = _target,
        RestoreAddress = "target",
    };

    private JobOptions Options() => new("sim")
    {
        Checkpoints = _hasStore ? _store : null,
        AllowsSavepoints = true,
        CheckpointInterval = _hasStore ? TimeSpan.FromMicroseconds(20 << _random.Next(0, 8)) : null,
        TolerableFailedCheckpoints = 1000,
        MaxRows = 1 << _random.Next(0, 6),
        ChannelCreditBytes = 1L << _random.Next(0, 21),
        Seed = _random.Next(),
        Checks = true,
        Nonce = _random.NextInt64().ToString("x16", CultureInfo.InvariantCulture),
    };

    private static bool Throws(Action action)
    {
        try
        {
            action();
        }
        catch (ColumnStreamException failure) when (failure.Code == 3120)
        {
            return true;
        }

        return false;
    }

    private void Check(bool condition, string message)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"{message} (seed {_seed})");
        }
    }

    private sealed class Points(Action<string> hit) : IFailPoints
    {
        public void Hit(string name) => hit(name);
    }
}
