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
using ColumnStream.Runtime.Exchange;
using ColumnStream.Runtime.Ledger;
using ColumnStream.Runtime.Savepoints;
using ColumnStream.Runtime.Spill;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Runtime.Upgrades;

namespace ColumnStream.Runtime.Jobs;

/// <summary>Is one run of a job: makes its units, starts them, and ends when all of them are closed.</summary>
internal sealed class JobExecution : ITaskOwner, IJobControl
{
    private const int Damage = 5011;

    private readonly JobGraph _graph;
    private readonly JobOptions _options;
    private readonly Executor _io;
    private readonly JobShare _ioShare;
    private readonly BufferAllocator _memory;
    private readonly IFailPoints _failPoints;
    private readonly TaskBuilder _builder;
    private readonly CheckpointStore? _store;
    private readonly List<StreamTask> _tasks = [];
    private readonly JobExchanges _exchanges;
    private readonly List<SnapshotWriter> _writers = [];
    private readonly HashSet<int> _satisfied = [];
    private readonly JobAttempt _attempt;
    private IReadOnlyList<PlannedOperator> _operators = [];
    private RestoreOrigin? _origin;
    private CheckpointCoordinator? _coordinator;
    private Generation _generation;
    private volatile IObjectStore? _savepointStore;
    private Exception? _failure;
    private int _status = (int)JobStatus.Failed;
    private readonly CancellationTokenSource _cancellation = new();
    private int _open;

    /// <summary>Counts the writers that are open, and all other units together as one more.</summary>
    private int _left;
    private volatile bool _isStopping;

    public JobExecution(
        JobGraph graph, JobOptions options, Executor executor, Executor io, ConnectorRegistry connectors,
        BufferAllocator memory, StatePool pages, IFailPoints failPoints, JobAttempt attempt, RunningJob handle)
    {
        _graph = graph;
        _options = options;
        _io = io;
        _failPoints = failPoints;
        _memory = memory.Child(options.JobId, options.MemoryLimitBytes);
        _store = options.Checkpoints is null ? null : new CheckpointStore(options.Checkpoints);
        _attempt = attempt;
        string nonce = options.Nonce ?? MakeNonce(executor.Time, options.Seed);
        _generation = new Generation(0, attempt.IsRestart ? $"{nonce}-{attempt.Number}" : nonce, 0);
        Handle = handle;
        Share = new JobShare(options.Weight);
        _ioShare = new JobShare(options.Weight);
        Executor = executor;
        Connectors = connectors;
        Pages = pages;
        Background = new BackgroundUnit(options.JobId + "/background", io, _ioShare).Work;
        _builder = new TaskBuilder(this);
        _exchanges = new JobExchanges(this, task => _coordinator!.Ready(task));
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

    /// <summary>Gets the store of what was restored from elsewhere than the job's own newest claim, or null.</summary>
    public IObjectStore? RestoredFrom { get; private set; }

    public CheckpointMetrics CheckpointMetrics => _coordinator?.Metrics ?? _attempt.Former;

    /// <summary>Gets the name under which sinks know the job: without checkpoints every run is another job.</summary>
    public string SinkJobId => _store is null ? $"{_options.JobId}-{_generation.Nonce}" : _options.JobId;

    /// <summary>Gets the number and name of this run.</summary>
    public Generation Generation => _generation;

    /// <summary>Gets the name of the job's life under which sinks remember what they committed.</summary>
    public string SinkLineage => $"{_options.JobId}-{_generation.Lineage ?? _generation.Nonce}";

    public void Start(Action<RunningJob>? starting)
    {
        long highestEpoch = 0;
        Claim? own = null;
        if (_store is not null || _options.Restore == RestoreMode.Path || _options.AllowsSavepoints)
        {
            _operators = PlanStates.Of(_graph, _options.IsBatch, _memory, Pages, Executor.Time);
        }

        if (_store is not null)
        {
            bool isFresh = _options.Restore != RestoreMode.Latest && !_attempt.IsRestart;
            if (!isFresh && _store.ReadTerminal() is { } terminal)
            {
                // A restart finds it only if the last attempt wrote it and failed behind it.
                Handle.RestoredEpoch = _attempt.IsRestart ? Handle.RestoredEpoch : terminal.Epoch;
                starting?.Invoke(Handle);
                if (_attempt.IsRestart)
                {
                    _attempt.Ended(JobStatus.Finished, null);
                }
                else
                {
                    Handle.End(JobStatus.AlreadyFinished, null);
                }

                return;
            }

            // A plan that does not fit is told before the folder is taken from whoever runs there.
            if (!isFresh)
            {
                Look(_store);
            }
            else
            {
                FindRestorePoint(null);
            }

            _generation = _store.Begin(_generation.Nonce, isFresh, _origin);
            _failPoints.Hit(FailPoint.AfterGeneration);
            highestEpoch = _store.HighestEpoch();
            own = _store.NewestClaim();
        }

        Claim? claim = FindRestorePoint(own);
        if (_store?.PutStart(_generation, StartsFrom(own, claim)) == false)
        {
            throw new ExternalException(
                5010, $"Another run took over the checkpoint folder at its start: {_options.JobId}.", retryable: false);
        }

        _builder.Build();
        var coordinator = new CheckpointCoordinator(
            _io, _ioShare, _options, _store, _generation, _graph.KeyGroups, _failPoints, this, _attempt.Former)
        {
            Ledger = MakeLedger(),
        };
        _open = _tasks.Count + _exchanges.Count + 1;
        _left = _writers.Count + 1;
        Volatile.Write(ref _coordinator, coordinator);
        starting?.Invoke(Handle);
        coordinator.Start(
            _tasks, Math.Max(highestEpoch, claim?.Epoch ?? 0), claim?.Epoch ?? 0, ReferenceEquals(claim, own) ? own : null);
        _exchanges.Start();
    }

    /// <summary>Finds the restore point while another run may still be at work there and clear away what it replaced.</summary>
    private void Look(CheckpointStore store)
    {
        while (true)
        {
            long highest = store.HighestClaim();
            try
            {
                FindRestorePoint(store.NewestClaim());
                return;
            }
            catch (ExternalException failure) when (failure.Code == Damage && store.HighestClaim() > highest)
            {
                // What is missing there was replaced meanwhile.
            }
        }
    }

    /// <summary>Tells what really happened to a run that did not find a file: a later run may have replaced it.</summary>
    /// <remarks>A run that waited for long between two of its calls learns so first that the folder is not its own any more.</remarks>
    public Exception Explained(Exception failure)
    {
        if (_store is null || _generation.Number == 0 || failure is not ExternalException { Code: Damage })
        {
            return failure;
        }

        try
        {
            return _store.IsOvertaken(_generation)
                ? new ExternalException(
                    5010, $"Another run took over the checkpoint folder: {_options.JobId}. It replaced what this one was about to "
                    + $"read: {failure.Message}", retryable: false, failure)
                : failure;
        }
        catch (ExternalException)
        {
            // Nobody can say now; what was missing is told as it is.
            return failure;
        }
    }

    /// <summary>Returns the epoch behind which claims of earlier runs are void.</summary>
    private long StartsFrom(Claim? own, Claim? claim) =>
        claim is not null && ReferenceEquals(own, claim) ? claim.Epoch : Math.Max(0, _generation.FirstEpoch - 1);

    /// <summary>Gives back what a start that failed had opened.</summary>
    public void Abandon()
    {
        _cancellation.Cancel();
        foreach (StreamTask task in _tasks)
        {
            task.Sources.Dispose();
            foreach (ChainNode node in task.Chain.Nodes)
            {
                node.Sink?.Writer?.Dispose();
                node.Sink?.TwoPhase?.Dispose();
            }
        }
    }

    /// <summary>Makes what takes the state of a task to disk; null where memory has no limit, or the system cannot.</summary>
    public StateSpill? MakeSpill(string task) =>
        _options.SpillsAlways || (_memory.TightestLimitBytes < long.MaxValue && OperatingSystem.IsLinux())
            ? new StateSpill(() => LocalSpillFile.Open(_options.SpillFolders, task), Pages, _memory, _options.SpillsAlways)
            : null;

    public void Add(StreamTask task) => _tasks.Add(task);

    /// <summary>Leads the way into a channel over the job's transport; returns what its producer sends into.</summary>
    public Channel Lead(Channel channel, FragmentEdge edge, int producer, int consumer) =>
        _exchanges.Lead(channel, edge, producer, consumer, _attempt.Number);

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

    /// <summary>Makes what works ahead of a task that restores.</summary>
    public ReadHelpers MakeHelpers(StreamTask task) => new(
        new BackgroundUnit(task.Name + "/snapshots", _io, _ioShare).Pieces,
        new BackgroundUnit(task.Name + "/pages", _io, _ioShare).Pieces,
        Pages);

    public IObjectStore? StateStore => _store?.Objects ?? _savepointStore;

    /// <summary>Gets whether all units are to end: what those of them miss that end before others is no failure.</summary>
    public bool IsStopping => _isStopping;

    public bool SnapshotsStandAlone => _store is null;

    public void SetSavepointStore(IObjectStore? store) => _savepointStore = store;

    public string StatePath(StreamTask task, long epoch) =>
        (_store is null ? SavepointFolder.Staging : "")
        + $"{CheckpointStore.ManifestFolder(epoch, _generation.Number, _generation.Nonce)}"
        + $"/f{task.Fragment}-{task.Subtask}.arrows";

    public void Ready(StreamTask task) => _exchanges.TaskIsReady(task, _tasks.Count);

    public void CleanedUp(StreamTask task) => _coordinator!.CleanedUp(task);

    /// <summary>Ends the sources whose rows only satisfied operators would get.</summary>
    public void Satisfied(StreamTask task, PhysicalNode node)
    {
        if (task.Parallelism > 1)
        {
            return;
        }

        HashSet<int> needed;
        lock (_satisfied)
        {
            _satisfied.Add(node.Id);
            needed = _graph.Plan.NeededFor(_satisfied);
        }

        foreach (StreamTask other in _tasks)
        {
            other.EndUnneeded(source => needed.Contains(source.Id));
        }
    }

    public void Ended(StreamTask task) => _coordinator!.Ended();

    public void Committed(StreamTask task, long epoch) => _coordinator!.Committed(task, epoch);

    public void CommitFailed(StreamTask task, long epoch, Exception failure) =>
        _coordinator!.CommitFailed(task, epoch, failure);

    public void Failed(TaskUnit unit, Exception failure) => Fail(unit.Name, failure);

    public void Runs() => Handle.Resume();

    public void Finish(JobStatus status)
    {
        Interlocked.CompareExchange(ref _status, (int)status, (int)JobStatus.Failed);
        StopAll();
    }

    public void Closed(TaskUnit unit)
    {
        if (unit is not SnapshotWriter)
        {
            if (Interlocked.Decrement(ref _open) > 0)
            {
                return;
            }

            // Nobody sends any more: what still lies in channels can go, and then the writers.
            foreach (StreamTask task in _tasks)
            {
                task.Gate.Release();
            }

            _exchanges.Release();
            foreach (SnapshotWriter writer in _writers)
            {
                writer.Stop();
            }
        }

        if (Interlocked.Decrement(ref _left) > 0)
        {
            return;
        }

        _exchanges.Forget();
        _cancellation.Dispose();
        Exception? failure = Volatile.Read(ref _failure);
        _attempt.Ended(failure is null ? (JobStatus)_status : JobStatus.Failed, failure);
    }

    private static string MakeNonce(TimeProvider time, int seed)
    {
        uint low = (uint)(seed ^ Environment.ProcessId);
        return $"{time.GetUtcNow().Ticks:x}{low:x}";
    }

    /// <summary>Finds what to continue from: the newest claim of this life, or what it began from.</summary>
    private Claim? FindRestorePoint(Claim? own)
    {
        if (own is not null && (_options.Restore == RestoreMode.Latest || _attempt.IsRestart))
        {
            RestoredFrom = null;
            return Restore(own, _store!.ReadManifest(own), _store);
        }

        if (_options.Restore == RestoreMode.Path)
        {
            IObjectStore path = _options.RestoreFrom ?? throw new UserException(3120, "Restoring from a path needs the path.");
            return Restore(path, _origin?.Epoch ?? _options.RestoreEpoch, _options.RestoreAddress);
        }

        // The job began from somewhere else and died before it had a checkpoint of its own.
        return _options.Restore == RestoreMode.Latest && _store?.Origin() is { } origin
            ? Restore(Open(origin), origin.Epoch, origin.Address)
            : null;
    }

    private IObjectStore Open(RestoreOrigin origin) => _options.OpenOrigin?.Invoke(origin.Address) ?? throw new UserException(
        3120, $"Job was restored from {origin.Address} and has no checkpoint of its own yet: restore it from there again.");

    private Claim Restore(IObjectStore path, long? epoch, string address)
    {
        var from = new CheckpointStore(path);
        Claim claim = SavepointRestore.Find(from, epoch, address);
        Manifest manifest = SavepointRestore.Checked(from, from.ReadManifest(claim));
        bool isSavepoint = from.FindSavepoint() is not null;
        _origin = new RestoreOrigin(_options.RestoreOrigin ?? address, isSavepoint ? null : claim.Epoch)
        {
            ClaimedManifest = isSavepoint && _options.ClaimsRestored ? claim.ManifestSha256 : null,
        };
        RestoredFrom = path;
        return Restore(claim, manifest, from);
    }

    private Claim Restore(Claim claim, Manifest manifest, CheckpointStore from)
    {
        RestorePoint = new RestorePoint(manifest, from.Objects, Check(manifest, from.IsCommitted(claim.Epoch)));
        Handle.RestoredEpoch = claim.Epoch;
        return claim;
    }

    public void RemoveClaimed()
    {
        if (_generation.RestoredFrom is not { ClaimedManifest: { } manifest } origin)
        {
            return;
        }

        try
        {
            SavepointFolder.Remove(RestoredFrom ?? Open(origin), manifest);
        }
        catch (UserException gone) when (gone.Code == 3120)
        {
            // An earlier run of this life removed it, with its folder.
        }
    }

    /// <summary>Makes what records rows in and out; it goes on where this folder's newest epoch ends.</summary>
    private LedgerChain? MakeLedger() => HasLedger
        ? new LedgerChain(
            _graph, _store!, _generation, RestoredFrom is null ? RestorePoint?.Manifest.Ledger : null)
        : null;

    /// <summary>Holds the plan against a checkpoint.</summary>
    private UpgradeReport Check(Manifest manifest, bool isCommitted)
    {
        UpgradeReport report = JobUpgrade.From(manifest, isCommitted, _graph, _operators);
        report.Require(_options.UpgradeConsent);
        return report;
    }

    public void Cancel() => _coordinator?.Cancel();

    public void TakeSavepoint(Savepoint savepoint)
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
        _isStopping = true;

        // In this order: what a task gives up for the token is no failure of a task that stops.
        foreach (StreamTask task in _tasks)
        {
            task.Stop();
        }

        _cancellation.Cancel();
        _exchanges.Stop();
        _coordinator!.Stop();
    }

    public JobMetrics CollectMetrics()
    {
        // While the tasks of a run are being built there is nothing to look at.
        CheckpointCoordinator? coordinator = Volatile.Read(ref _coordinator);
        IReadOnlyList<StreamTask> tasks = coordinator is null ? [] : _tasks;
        long busy = 0;
        foreach (StreamTask task in tasks)
        {
            busy += task.BusyNs;
        }

        return new JobMetrics(
            MetricsCollector.Collect(_graph, tasks),
            CheckpointMetrics,
            busy,
            _memory.UsedBytes,
            _memory.PeakBytes)
        {
            History = coordinator?.History.All() ?? [], Exchanges = coordinator is null ? [] : _exchanges.Collect(),
        };
    }
}
