using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Ledger;
using ColumnStream.Runtime.Savepoints;
using ColumnStream.Runtime.Spill;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Runtime.Upgrades;

namespace ColumnStream.Runtime.Jobs;

/// <summary>Is one run of a job: makes its units, starts them, and ends when all of them are closed.</summary>
internal sealed class JobExecution : ITaskOwner, IJobControl
{
    private readonly JobGraph _graph;
    private readonly JobOptions _options;
    private readonly Executor _io;
    private readonly JobShare _ioShare;
    private readonly BufferAllocator _memory;
    private readonly IFailPoints _failPoints;
    private readonly TaskBuilder _builder;
    private readonly CheckpointStore? _store;
    private readonly List<StreamTask> _tasks = [];
    private readonly List<SnapshotWriter> _writers = [];
    private IReadOnlyList<PlannedOperator> _operators = [];
    private CheckpointCoordinator? _coordinator;
    private Generation _generation;
    private volatile IObjectStore? _savepointStore;
    private Exception? _failure;
    private int _status = (int)JobStatus.Failed;
    private readonly CancellationTokenSource _cancellation = new();
    private bool _draining;
    private int _open;

    public JobExecution(
        JobGraph graph, JobOptions options, Executor executor, Executor io, ConnectorRegistry connectors,
        BufferAllocator memory, StatePool pages, IFailPoints failPoints)
    {
        _graph = graph;
        _options = options;
        _io = io;
        _failPoints = failPoints;
        _memory = memory.Child(options.JobId, options.MemoryLimitBytes);
        _store = options.Checkpoints is null ? null : new CheckpointStore(options.Checkpoints);
        _generation = new Generation(0, options.Nonce ?? MakeNonce(executor.Time, options.Seed), 0);
        Handle = new RunningJob(options.JobId, CollectMetrics, Cancel, TakeSavepoint);
        Share = new JobShare(options.Weight);
        _ioShare = new JobShare(options.Weight);
        Executor = executor;
        Connectors = connectors;
        Pages = pages;
        Background = new BackgroundUnit(options.JobId + "/background", io, _ioShare).Work;
        _builder = new TaskBuilder(this);
    }

    public RunningJob Handle { get; }

    public JobShare Share { get; }

    public Executor Executor { get; }

    public ConnectorRegistry Connectors { get; }

    public StatePool Pages { get; }

    /// <summary>Gets what runs work that blocks for operators.</summary>
    public BackgroundUnit.Worker Background { get; }

    public JobGraph Graph => _graph;

    public IReadOnlyList<OperatorRecord> Operators => field ??= [.. _operators.Select(planned => planned.Record)];

    public JobOptions Options => _options;

    public BufferAllocator Memory => _memory;

    public IFailPoints FailPoints => _failPoints;

    public CancellationToken Cancellation => _cancellation.Token;

    /// <summary>Gets whether rows are counted for the ledger.</summary>
    public bool HasLedger => _store is not null && _options.HasLedger;

    public RestorePoint? RestorePoint { get; private set; }

    /// <summary>Gets the name under which sinks know the job: without checkpoints every run is another job.</summary>
    public string SinkJobId => _store is null ? $"{_options.JobId}-{_generation.Nonce}" : _options.JobId;

    /// <summary>Gets the number and name of this run.</summary>
    public Generation Generation => _generation;

    /// <summary>Gets the name of the job's life under which sinks remember what they committed.</summary>
    public string SinkLineage => $"{_options.JobId}-{_generation.Lineage ?? _generation.Nonce}";

    public void Start(Action<RunningJob>? starting)
    {
        long highestEpoch = 0;
        Claim? claim = null;
        if (_store is not null || _options.Restore == RestoreMode.Path || _options.AllowsSavepoints)
        {
            _operators = PlanStates.Of(_graph, _options.IsBatch, _memory, Pages, Executor.Time);
        }

        if (_store is not null)
        {
            if (_options.Restore != RestoreMode.None && _store.ReadTerminal() is { } terminal)
            {
                Handle.RestoredEpoch = terminal.Epoch;
                starting?.Invoke(Handle);
                Handle.End(JobStatus.AlreadyFinished, null);
                return;
            }

            // A plan that does not fit is told before the folder is taken from whoever runs there.
            FindRestorePoint();
            _generation = _store.Begin(_generation.Nonce, fresh: _options.Restore == RestoreMode.None);
            _failPoints.Hit(FailPoint.AfterGeneration);
            highestEpoch = _store.HighestEpoch();
        }

        claim = FindRestorePoint();
        _store?.PutStart(_generation, _options.Restore switch
        {
            RestoreMode.Latest => claim?.Epoch ?? 0,
            RestoreMode.None => _generation.FirstEpoch - 1,
            _ => highestEpoch,
        });
        _builder.Build();
        _coordinator = new CheckpointCoordinator(
            _io, _ioShare, _options, _store, _generation, _graph.KeyGroups, _failPoints, this)
        {
            Ledger = MakeLedger(),
        };
        _open = _tasks.Count + 1;
        starting?.Invoke(Handle);
        _coordinator.Start(_tasks, Math.Max(highestEpoch, claim?.Epoch ?? 0), claim);
    }

    /// <summary>Makes what takes the state of a task to disk; null where memory has no limit, or the system cannot.</summary>
    public StateSpill? MakeSpill(string task) =>
        _options.SpillsAlways || (_memory.TightestLimitBytes < long.MaxValue && OperatingSystem.IsLinux())
            ? new StateSpill(() => LocalSpillFile.Open(_options.SpillFolders, task), Pages, _memory, _options.SpillsAlways)
            : null;

    public void Add(StreamTask task) => _tasks.Add(task);

    /// <summary>Makes what takes the checkpoints of a task.</summary>
    public TaskCheckpoints MakeCheckpoints(StreamTask task)
    {
        SnapshotWriter? writer = null;
        if (_store is not null || _options.AllowsSavepoints)
        {
            writer = new SnapshotWriter(
                task.Name + "/snapshots", task, _io, _ioShare, _memory, _failPoints, this);
            _writers.Add(writer);
        }

        return new TaskCheckpoints(
            task,
            writer,
            _failPoints,
            (epoch, snapshot, bytes) => _coordinator!.Acknowledge(task, epoch, snapshot, bytes),
            (epoch, failure) => _coordinator!.Decline(task, epoch, failure));
    }

    public IObjectStore? StateStore => _store?.Objects ?? _savepointStore;

    public bool SnapshotsStandAlone => _store is null;

    public void SetSavepointStore(IObjectStore? store) => _savepointStore = store;

    public string StatePath(StreamTask task, long epoch) =>
        (_store is null ? SavepointFolder.Staging : "")
        + $"{CheckpointStore.ManifestFolder(epoch, _generation.Number, _generation.Nonce)}"
        + $"/f{task.Fragment}-{task.Subtask}.arrows";

    public void Ready(StreamTask task) => _coordinator!.Ready(task);

    public void CleanedUp(StreamTask task) => _coordinator!.CleanedUp(task);

    public void Ended(StreamTask task) => _coordinator!.Ended();

    public void Committed(StreamTask task, long epoch) => _coordinator!.Committed(task, epoch);

    public void CommitFailed(StreamTask task, long epoch, Exception failure) =>
        _coordinator!.CommitFailed(task, epoch, failure);

    public void Failed(TaskUnit unit, Exception failure) => Fail(unit.Name, failure);

    public void Finish(JobStatus status)
    {
        Interlocked.CompareExchange(ref _status, (int)status, (int)JobStatus.Failed);
        StopAll();
    }

    public void Closed(TaskUnit unit)
    {
        if (Interlocked.Decrement(ref _open) > 0)
        {
            return;
        }

        if (!_draining)
        {
            // Nobody sends any more: what still lies in channels can go, and then the writers.
            _draining = true;
            foreach (StreamTask task in _tasks)
            {
                task.Gate.Release();
            }

            if (_writers.Count > 0)
            {
                Volatile.Write(ref _open, _writers.Count);
                foreach (SnapshotWriter writer in _writers)
                {
                    writer.Stop();
                }

                return;
            }
        }

        _cancellation.Dispose();
        Exception? failure = Volatile.Read(ref _failure);
        Handle.End(failure is null ? (JobStatus)_status : JobStatus.Failed, failure);
    }

    private static string MakeNonce(TimeProvider time, int seed)
    {
        uint low = (uint)(seed ^ Environment.ProcessId);
        return $"{time.GetUtcNow().Ticks:x}{low:x}";
    }

    private Claim? FindRestorePoint()
    {
        CheckpointStore? from = _options.Restore switch
        {
            RestoreMode.Latest => _store,
            RestoreMode.Path => new CheckpointStore(_options.RestoreFrom
                ?? throw new UserException(3120, "Restoring from a path needs the path.")),
            _ => null,
        };
        Claim? claim = _options.Restore == RestoreMode.Path
            ? SavepointRestore.Find(from!, _options.RestoreEpoch, _options.RestoreAddress)
            : from?.NewestClaim();
        if (claim is null)
        {
            return null;
        }

        Manifest manifest = from!.ReadManifest(claim);
        manifest = _options.Restore == RestoreMode.Path ? SavepointRestore.Checked(from, manifest) : manifest;
        RestorePoint = new RestorePoint(manifest, from.Objects, Check(manifest, from.IsCommitted(claim.Epoch)));
        Handle.RestoredEpoch = claim.Epoch;
        return claim;
    }

    /// <summary>Makes what records rows in and out; it goes on where this folder's newest epoch ends.</summary>
    private LedgerChain? MakeLedger() => HasLedger
        ? new LedgerChain(
            _graph, _store!, _generation, _options.Restore == RestoreMode.Latest ? RestorePoint?.Manifest.Ledger : null)
        : null;

    /// <summary>Holds the plan against a checkpoint.</summary>
    private UpgradeReport Check(Manifest manifest, bool isCommitted)
    {
        UpgradeReport report = JobUpgrade.From(manifest, isCommitted, _graph, _operators);
        report.Require(_options.UpgradeConsent);
        return report;
    }

    private void Cancel() => _coordinator?.Cancel();

    private void TakeSavepoint(Savepoint savepoint)
    {
        if (_coordinator is { } coordinator && StateStoreIsPossible)
        {
            coordinator.TakeSavepoint(savepoint);
        }
        else
        {
            savepoint.Fail(new UserException(3120, "Savepoint cannot be taken: the job keeps no state that could be written."));
        }
    }

    private bool StateStoreIsPossible => _store is not null || _options.AllowsSavepoints;

    private void Fail(string unit, Exception failure)
    {
        _ = unit;
        Interlocked.CompareExchange(
            ref _failure,
            Known(failure, failure is MemoryLimitException ? StateReport.Of(MetricsCollector.Collect(_graph, _tasks)) : null),
            null);
        StopAll();
    }

    /// <summary>Gives a full account the error's code and the option that moves the limit.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="report">What is large, or null.</param>
    internal static Exception Known(Exception failure, string? report = null) => failure is MemoryLimitException full
        ? new ResourceException(
            6001,
            $"Memory limit reached: {full.Message["Memory limit reached. ".Length..]} {report}"
                + "Raise memory.limit, or lower parallelism.default.",
            full)
        : failure;

    private void StopAll()
    {
        _cancellation.Cancel();
        foreach (StreamTask task in _tasks)
        {
            task.Stop();
        }

        _coordinator!.Stop();
    }

    private JobMetrics CollectMetrics()
    {
        long busy = 0;
        foreach (StreamTask task in _tasks)
        {
            busy += task.BusyNs;
        }

        return new JobMetrics(
            MetricsCollector.Collect(_graph, _tasks),
            _coordinator?.Metrics ?? new CheckpointMetrics(0, 0, 0, 0, 0),
            busy,
            _memory.UsedBytes,
            _memory.PeakBytes)
        {
            History = _coordinator?.History.All() ?? [],
        };
    }
}
