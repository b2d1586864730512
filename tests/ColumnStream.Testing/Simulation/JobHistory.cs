using System;
using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.State;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Testing.Jobs;

namespace ColumnStream.Testing.Simulation;

/// <summary>Plays one history of a job by a seed: processes that crash anywhere, stores that fail, then quiet; and judges it.</summary>
/// <remarks>
/// A process is one executor with everything on it; a crash drops it where it stands. What is durable stays: the log,
/// the objects, the ledger of the sinks. Then faults stop, the last process must finish, and what is visible must be what
/// the log says: no row lost, none doubled, none in another order, none visible before its epoch was claimed, and no
/// epoch claimed twice.
/// </remarks>
public sealed class JobHistory
{
    private const long MostTurns = 2_000_000;

    private readonly Random _random;
    private readonly MemoryLog _log;
    private readonly MemoryLedger _ledger = new();
    private readonly SimulatedObjectStore _store = new();
    private readonly Dictionary<string, int> _crashesAt = new(StringComparer.Ordinal);
    private readonly int _seed;
    private long _startNs;
    private ulong _trace = 17;
    private int _claimedAndCrashed;

    private JobHistory(int seed)
    {
        _seed = seed;
        _random = new Random(seed);
        int keys = 1 << _random.Next(0, 12);
        _log = MemoryLog.Random(
            _random, splits: _random.Next(1, 5), rowsPerSplit: 1 << _random.Next(4, 11), keys);
        _ledger.IsCanonical = epoch => _store.Exists(string.Create(CultureInfo.InvariantCulture, $"claim/{epoch:D12}.json"));
    }

    /// <summary>Gets a hash of everything that happened.</summary>
    public ulong TraceHash => _trace;

    /// <summary>Gets the number of processes that crashed.</summary>
    public int Crashes { get; private set; }

    /// <summary>Gets how many of them died between a claim and the end of its commits.</summary>
    public int CrashesBehindClaim => _claimedAndCrashed;

    /// <summary>Gets the number of store faults.</summary>
    public int StoreFaults => _store.Faults;

    /// <summary>Gets the number of store faults by kind.</summary>
    public IReadOnlyDictionary<StoreFault, int> StoreFaultsByKind => _store.FaultsByKind;

    /// <summary>Gets the number of checkpoints that were committed by processes that lived.</summary>
    public long Checkpoints { get; private set; }

    /// <summary>Gets the number of crashes by point of the protocol.</summary>
    public IReadOnlyDictionary<string, int> CrashesAt => _crashesAt;

    /// <summary>Plays the history of <paramref name="seed"/>.</summary>
    /// <exception cref="InvalidOperationException">It broke a promise: the message replays it.</exception>
    public static JobHistory Play(int seed)
    {
        var history = new JobHistory(seed);
        try
        {
            history.Play();
        }
        catch (Exception failure) when (!failure.Message.StartsWith("replay:", StringComparison.Ordinal))
        {
            throw history.Broken(failure.ToString());
        }

        return history;
    }

    private void Play()
    {
        int crashes = _random.Next(0, 12);
        bool finished = false;
        for (int i = 0; i < crashes && !finished; i++)
        {
            finished = Live(faults: true);
        }

        for (int i = 0; i < 3 && !finished; i++)
        {
            finished = Live(faults: false);
        }

        if (!finished)
        {
            throw Broken("The job did not finish after faults had stopped.");
        }

        if (MemoryJob.Difference(_log, _ledger) is { } difference)
        {
            throw Broken(difference);
        }

        if (Live(faults: false, expectAlreadyFinished: true) && MemoryJob.Difference(_log, _ledger) is { } later)
        {
            throw Broken("Started again after its end: " + later);
        }
    }

    /// <summary>Runs one process; returns whether the job is finished.</summary>
    private bool Live(bool faults, bool expectAlreadyFinished = false)
    {
        _store.Random = new Random(_random.Next());
        _store.FaultsPerMille = faults && _random.Next(2) == 0 ? _random.Next(1, 120) : 0;
        long turns = faults ? 50 << _random.Next(0, 10) : MostTurns;
        bool mayCrash = faults;
        var crashes = new Random(_random.Next());
        _store.Crash = () => CrashMaybe("store", mayCrash, crashes, 300);
        var failPoints = new FailPoints(name => CrashMaybe(name, mayCrash, crashes, name == FailPoint.AfterPrepare ? 150 : 30));
        _ledger.Fault = () =>
        {
            if (mayCrash && crashes.Next(20) == 0)
            {
                throw new ExternalException(5000, "Simulated commit fault.", retryable: true);
            }
        };
        var executor = new SimExecutor(_random.Next(), _startNs);
        _store.Delay = executor.Pass;
        using var pool = new SizeClassPool();
        var runner = new JobRunner(
            executor, executor, new ConnectorRegistry([new MemoryConnector(_log, _ledger, pauses: true)]),
            new BufferAllocator("sim", pool), new StatePool(), failPoints);
        RunningJob? job = null;
        try
        {
            job = runner.Start(MemoryJob.Graph(_random.Next(1, 5), _random.Next(1, 5)), Options());
            if (expectAlreadyFinished && job.Status != JobStatus.AlreadyFinished)
            {
                throw Broken("A finished job was started again.");
            }

            while (job.Status == JobStatus.Running && executor.Turns < turns && executor.Step())
            {
            }
        }
        catch (SimulatedCrashException)
        {
            Crashes++;
        }
        catch (ExternalException failure) when (failure.IsRetryable && faults)
        {
            // The process could not even start: try again.
        }

        _startNs = executor.Now;
        _trace = (_trace ^ executor.TraceHash) * 1099511628211;
        return Judge(job, faults, executor.Turns >= turns);
    }

    private bool Judge(RunningJob? job, bool faults, bool ranOutOfTurns)
    {
        if (job is null)
        {
            return false;
        }

        Checkpoints += job.Metrics().Checkpoints.Completed;
        switch (job.Status)
        {
            case JobStatus.Finished or JobStatus.AlreadyFinished:
                return true;
            case JobStatus.Failed when job.Failure is ExternalException { IsRetryable: true } && faults:
                return false;
            case JobStatus.Failed:
                throw Broken(job.Failure!.ToString());
            case JobStatus.Running when !faults:
                throw Broken(ranOutOfTurns ? "The job runs for ever." : "The job hangs: nobody is ready and no timer waits.");
            default:
                return false;
        }
    }

    private JobOptions Options() => new("sim")
    {
        Checkpoints = _store,
        CheckpointInterval = TimeSpan.FromMicroseconds(20 << _random.Next(0, 8)),
        TolerableFailedCheckpoints = 1000,
        MaxRows = 1 << _random.Next(0, 6),
        RandomCutsSeed = _random.Next(2) == 0 ? _random.Next() : null,
        ChannelCreditBytes = 1L << _random.Next(0, 21),
        Seed = _random.Next(),
        Checks = true,
        Nonce = _random.NextInt64().ToString("x16", CultureInfo.InvariantCulture),
    };

    private void CrashMaybe(string point, bool mayCrash, Random random, int oneIn)
    {
        if (!mayCrash || random.Next(oneIn) != 0)
        {
            return;
        }

        _crashesAt[point] = _crashesAt.GetValueOrDefault(point) + 1;
        if (FailPoint.IsBetweenClaimAndCommit(point))
        {
            _claimedAndCrashed++;
        }

        throw new SimulatedCrashException(point);
    }

    private InvalidOperationException Broken(string what) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"replay: COLUMNSTREAM_SIM_SEED={_seed} dotnet test tests/ColumnStream.Simulation.Tests\n{what}"));

    private sealed class FailPoints(Action<string> hit) : IFailPoints
    {
        public void Hit(string name) => hit(name);
    }
}
