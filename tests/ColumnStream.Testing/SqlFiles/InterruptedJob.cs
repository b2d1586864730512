using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Ledger;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Testing.Simulation;

namespace ColumnStream.Testing.SqlFiles;

/// <summary>Is a job that is killed behind seeded barriers and restored from its newest claim, perhaps at another parallelism.</summary>
/// <remarks>
/// Every life is one simulated process on the calling thread: a crash drops tasks, state and what lies in channels; the
/// objects of the checkpoints and what sinks were asked to commit remain. Batches are small, barriers are near, the
/// order of turns is drawn: one seed, one history. The last life is left in peace and must return all memory.
/// </remarks>
public sealed class InterruptedJob : TestJob, IFailPoints
{
    private const int MostKills = 4;
    private const int MostEarlyKills = 16;
    private const int TurnsOfLook = 4;

    private readonly Random _random;
    private readonly ConnectorRegistry _connectors;
    private readonly IReadOnlyList<JobGraph> _graphs;
    private readonly JobOptions _options;
    private readonly SimulatedObjectStore _store = new();
    private readonly bool _isDebugAllocator;
    private readonly Func<JobMetrics, bool>? _killWhen;
    private SimExecutor _executor;
    private BufferPool _pool;
    private BufferAllocator _memory;
    private StatePool _pages;
    private RunningJob _job;
    private long _startNs;
    private long _crashAtTurn = long.MaxValue;
    private int _barriersLeft;
    private int _graph;
    private long _rowsBefore;
    private int _earlyKills;
    private bool _isInPeace;
    private bool _isShort;

    /// <summary>Starts the first life.</summary>
    /// <param name="connectors">Outlive the lives.</param>
    /// <param name="graphs">The same job at the parallelism of each life, round and round.</param>
    /// <param name="options">What all lives share.</param>
    /// <param name="seed">Draws everything.</param>
    /// <param name="isDebugAllocator">Whether buffers lie in guarded pages.</param>
    /// <param name="killWhen">When to kill the job instead, once and behind a checkpoint with rows; other lives are in peace.</param>
    public InterruptedJob(
        ConnectorRegistry connectors, IReadOnlyList<JobGraph> graphs, JobOptions options, int seed, bool isDebugAllocator = false,
        Func<JobMetrics, bool>? killWhen = null)
    {
        _random = new Random(seed);
        _connectors = connectors;
        _graphs = graphs;
        _options = options;
        _isDebugAllocator = isDebugAllocator;
        _killWhen = killWhen;
        Begin();
    }

    /// <summary>Gets how often the job was killed.</summary>
    public int Kills { get; private set; }

    /// <summary>Gets how many lives began with a checkpoint.</summary>
    public int Restores { get; private set; }

    /// <summary>Gets how many lives began with a checkpoint behind rows that were read, and read further rows.</summary>
    public int Interruptions { get; private set; }

    /// <summary>Gets the rows that the sources gave by the end of the last life, each once.</summary>
    public long Rows { get; private set; }

    /// <summary>Gets where the job stands; one that died behind its end is finished.</summary>
    public override JobStatus Status => _job.Status == JobStatus.AlreadyFinished ? JobStatus.Finished : _job.Status;

    public override Exception? Failure => _job.Failure;

    public override JobMetrics Metrics => _job.Metrics();

    public override bool RunUntil(Func<bool> condition, int limitMs)
    {
        long start = TimeProvider.System.GetTimestamp();
        for (int steps = 1; !condition(); steps++)
        {
            if (_job.Status != JobStatus.Running)
            {
                return true;
            }

            if (!Step() || (steps % 1024 == 0 && TimeProvider.System.GetElapsedTime(start).TotalMilliseconds > limitMs))
            {
                return _job.Status != JobStatus.Running;
            }
        }

        return true;
    }

    public override bool Wait(int limitMs)
    {
        if (!RunUntil(static () => false, limitMs))
        {
            return false;
        }

        CountLife();
        _memory.Dispose();
        _pages.Dispose();
        _pool.Dispose();
        return true;
    }

    public override bool Settle(Func<bool> isDrained, int limitMs)
    {
        int kills = -1;
        while (Kills != kills && Status == JobStatus.Running)
        {
            kills = Kills;
            if (!RunUntil(() => isDrained() && _executor.IsIdle, limitMs))
            {
                return false;
            }

            // The first may have begun before the last row came.
            long before = Metrics.Checkpoints.LastEpoch;
            if (!RunUntil(() => Metrics.Checkpoints.LastEpoch >= before + 2 || Kills != kills, limitMs))
            {
                return false;
            }
        }

        return true;
    }

    public override void Advance(TimeSpan time, bool isDown)
    {
        _executor.Advance(time);
        if (isDown)
        {
            Begin();
        }
    }

    public override void Cancel() => _job.Cancel();

    void IFailPoints.Hit(string name)
    {
        if (name != FailPoint.AfterClaim)
        {
            return;
        }

        if (_isInPeace || --_barriersLeft > 0)
        {
            return;
        }

        if (_isShort && _earlyKills < MostEarlyKills && RowsUpTo(NewestEpoch()) == 0)
        {
            // Nothing was read: another life, whose first barrier comes a little later.
            _earlyKills++;
            throw new SimulatedCrashException(name);
        }

        // A third dies before its sinks know of the claim, the others some turns later, perhaps in the next checkpoint.
        if (_random.Next(3) == 0)
        {
            throw new SimulatedCrashException(name);
        }

        _crashAtTurn = _executor.Turns + _random.Next(1, 4 << _random.Next(0, 5));
    }

    /// <summary>Tells whether the one kill is due that was asked for: looked at now and then, since counting costs.</summary>
    private bool IsDue() => Kills == 0 && _executor.Turns % TurnsOfLook == 0 && _killWhen!(Metrics)
        && Metrics.Checkpoints.LastEpoch > 0 && RowsUpTo(NewestEpoch()) > 0;

    /// <summary>Runs one turn, or ends this life; false when nothing will ever happen.</summary>
    private bool Step()
    {
        try
        {
            if (_killWhen is not null ? !IsDue() : _executor.Turns < _crashAtTurn)
            {
                return _executor.Step();
            }
        }
        catch (SimulatedCrashException)
        {
        }

        Kills++;
        _graph = Kills % _graphs.Count;
        Begin();
        return true;
    }

    [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(_executor), nameof(_pool), nameof(_memory), nameof(_pages), nameof(_job))]
    private void Begin()
    {
        if (_executor is not null)
        {
            _startNs = _executor.Now;
            CountLife();
            _pages!.Abandon();
            _pool!.Dispose();
        }

        // Most jobs of the files read few rows: early lives, and half of the others, take one element a turn and die at
        // their first barrier behind a row.
        bool inPeace = _isInPeace = _killWhen is not null || Kills - _earlyKills == MostKills;
        bool isShort = _isShort = !inPeace && (Kills == _earlyKills || _random.Next(2) == 0);
        _executor = new SimExecutor(_random.Next(), _startNs, longestQuantum: inPeace ? 128 : isShort ? 1 : 8);
        _pool = _isDebugAllocator ? new GuardedPool() : new SizeClassPool();
        _memory = new BufferAllocator("test", _pool);
        _pages = new StatePool();
        _barriersLeft = isShort ? 1 : _random.Next(1, 3);
        _crashAtTurn = long.MaxValue;
        var runner = new JobRunner(_executor, _executor, _connectors, _memory, _pages, this);
        _job = runner.Start(_graphs[_graph], _options with
        {
            Checkpoints = _store,
            Restore = RestoreMode.Latest,
            CheckpointInterval = TimeSpan.FromMicroseconds(
                _killWhen is not null ? (Kills == 0 ? 1_000 : 100_000)
                    : inPeace ? 5_000 : isShort ? 1 + _earlyKills + _random.Next(0, 2) : 4 << _random.Next(0, 5)),
            MaxRows = inPeace ? _options.MaxRows : 1 << _random.Next(0, 3),
            Nonce = string.Create(CultureInfo.InvariantCulture, $"life{Kills}"),
        });
        Restores += _job.RestoredEpoch > 0 ? 1 : 0;
        _rowsBefore = _job.RestoredEpoch == 0 ? 0 : RowsUpTo(_job.RestoredEpoch);
    }

    /// <summary>Returns the rows that a checkpoint has behind it, as its ledger says.</summary>
    private long RowsUpTo(long epoch)
    {
        JobLedger ledger = StoreJudge.ManifestOf(_store, epoch)!.Ledger!;
        return ledger.Epochs.Sum(e => e.Sources.Sum(s => s.Splits.Sum(split => split.Rows))) + (ledger.Archive is null ? 0 : 1);
    }

    private long NewestEpoch()
    {
        string newest = _store.Names("claim/")[^1];
        return long.Parse(newest.AsSpan("claim/".Length, 12), CultureInfo.InvariantCulture);
    }

    private void CountLife()
    {
        Dictionary<int, NodeMetrics> nodes = Metrics.Nodes.ToDictionary(n => n.NodeId);
        long read = _graphs[_graph].Plan.Nodes.Sum(
            n => n.Inputs.Count == 0 && nodes.TryGetValue(n.Id, out NodeMetrics? source) ? source.RowsOut : 0);
        Rows = _rowsBefore + read;
        Interruptions += _rowsBefore > 0 && read > 0 ? 1 : 0;
    }
}
