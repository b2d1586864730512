using System;
using System.Collections.Generic;
using System.Threading;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Ledger;
using ColumnStream.Runtime.Savepoints;
using ColumnStream.Runtime.Tasks;
using Barrier = ColumnStream.Engine.Elements.Barrier;

namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Leads one job through its checkpoints: a plain state machine fed by a mailbox.</summary>
/// <remarks>
/// <code>
/// Starting -> CleaningUp -> Running -> Collecting -> (manifest, claim) -> Committing -> (marker, clean-up) -> Running
///                              |  a declined part fails the epoch; its number is not used again     ^
///                              `-- all inputs ended: final epoch, terminal record, stop -------------'
/// </code>
/// One epoch at a time: the next is not begun before every task answered and every sink committed. An epoch that is not complete
/// in time is given up: tasks are told, drop what they hold of it and answer; barriers of it that still lie in channels are ignored. Without a store the
/// same steps run without manifest and claim, so that exactly-once sinks show their rows when a bounded job ends.
/// </remarks>
internal sealed class CheckpointCoordinator : TaskUnit
{
    private const long NsPerMs = 1_000_000;
    private const long MaxBackOffMs = 10_000;

    private readonly Mailbox _mailbox;
    private readonly JobOptions _options;
    private readonly CheckpointStore? _store;
    private readonly Generation _generation;
    private readonly int _keyGroups;
    private readonly IFailPoints _failPoints;
    private readonly IJobControl _job;
    private readonly Dictionary<StreamTask, TaskSnapshot> _answers = [];
    private readonly HashSet<StreamTask> _waiting = [];
    private readonly SavepointLine _savepoints = new();
    private IReadOnlyList<StreamTask> _tasks = [];
    private Phase _phase = Phase.Starting;
    private Claim? _restored;
    private Exception? _declined;
    private long _epoch;
    private long _parentEpoch;
    private long _nextNs;
    private long _triggeredNs;
    private long _deadlineNs = long.MaxValue;
    private long _bytes;
    private long _backOffMs;
    private int _failuresInARow;
    private int _endedTasks;
    private bool _cancelRequested;
    private bool _hasRemovedRestored;
    private JobStatus? _endsAs;
    private volatile bool _stop;
    private CheckpointMetrics _metrics;

    public CheckpointCoordinator(
        Executor io, JobShare share, JobOptions options, CheckpointStore? store, Generation generation, int keyGroups,
        IFailPoints failPoints, IJobControl job, CheckpointMetrics former)
        : base($"{options.JobId}/checkpoints", io, share)
    {
        _mailbox = new Mailbox(this);
        _options = options;
        _store = store;
        _generation = generation;
        _keyGroups = keyGroups;
        _failPoints = failPoints;
        _job = job;
        _metrics = former;
    }

    private enum Phase
    {
        Starting,
        CleaningUp,
        Running,
        Collecting,
        Committing,
        Copying,
        Ended,
    }

    /// <summary>Gets what records rows in and out, or null without a ledger.</summary>
    public LedgerChain? Ledger { get; init; }

    /// <summary>Gets what is known of the newest checkpoints.</summary>
    public CheckpointHistory History { get; init; } = new();

    public CheckpointMetrics Metrics => Volatile.Read(ref _metrics);

    /// <summary>Starts the tasks; <paramref name="highestEpoch"/> and lower numbers are used up.</summary>
    /// <param name="tasks">All tasks.</param>
    /// <param name="highestEpoch">The last number that is used up.</param>
    /// <param name="parentEpoch">The epoch that the tasks continue from, or 0.</param>
    /// <param name="restored">Its claim, where it lies in the job's own folder.</param>
    public void Start(
        IReadOnlyList<StreamTask> tasks, long highestEpoch, long parentEpoch, Claim? restored) => _mailbox.Post(() =>
    {
        _tasks = tasks;
        _epoch = highestEpoch;
        _restored = restored;
        _parentEpoch = parentEpoch;
        AskAll(static task => task.StartUp());
    });

    public void Ready(StreamTask task) => Answered(task, CleanUpSinks);

    public void CleanedUp(StreamTask task) => Answered(task, Go);

    public void Ended() => _mailbox.Post(() => _endedTasks++);

    public void Cancel() => _mailbox.Post(() => _cancelRequested = true);

    public void TakeSavepoint(Savepoint savepoint) => _mailbox.Post(() => _savepoints.Add(savepoint));

    public void Acknowledge(StreamTask task, long epoch, TaskSnapshot snapshot, long bytes) => _mailbox.Post(() =>
    {
        CheckEpoch(epoch);
        _answers[task] = snapshot;
        _bytes += bytes;
        Collected(task);
    });

    public void Decline(StreamTask task, long epoch, Exception reason) => _mailbox.Post(() =>
    {
        CheckEpoch(epoch);
        _declined ??= reason;
        Collected(task);
    });

    public void Committed(StreamTask task, long epoch) => _mailbox.Post(() =>
    {
        CheckEpoch(epoch);
        if (_waiting.Remove(task) && _waiting.Count == 0)
        {
            FinishEpoch();
        }
    });

    /// <summary>A claimed epoch's commit is repeated for ever: skipping it would lose rows.</summary>
    public void CommitFailed(StreamTask task, long epoch, Exception reason) => _mailbox.Post(() =>
    {
        CheckEpoch(epoch);
        _options.Warn($"Sink could not commit epoch {epoch} and tries again: {reason.Message}");
        _backOffMs = Math.Min(MaxBackOffMs, Math.Max(50, _backOffMs * 2));
        var retry = new DelayedCommit(this, task, epoch);
        Executor.WakeAt(retry, Executor.Now + (_backOffMs * NsPerMs));
    });

    public void Stop()
    {
        _stop = true;
        Notify();
    }

    protected override TurnResult Run(in TurnBudget budget)
    {
        if (_stop)
        {
            GiveUpSavepoints();
            _job.Closed(this);
            return TurnResult.Done;
        }

        _mailbox.Drain();
        if (_cancelRequested && _options.CancelsAtOnce && _phase != Phase.Ended)
        {
            EndJob(JobStatus.Cancelled);
        }
        else if (_phase == Phase.Running)
        {
            Next();
        }

        if (_phase == Phase.Collecting && _deadlineNs != long.MaxValue)
        {
            WatchTime();
        }

        return TurnResult.Idle;
    }

    protected override void Fail(Exception failure)
    {
        _savepoints.FailAll(failure);
        _job.Failed(this, failure);
        _job.Closed(this);
    }

    private void Answered(StreamTask task, Action all) => _mailbox.Post(() =>
    {
        if (_waiting.Remove(task) && _waiting.Count == 0)
        {
            all();
        }
    });

    private void AskAll(Action<StreamTask> ask)
    {
        _waiting.Clear();
        foreach (StreamTask task in _tasks)
        {
            _waiting.Add(task);
        }

        foreach (StreamTask task in _tasks)
        {
            ask(task);
        }
    }

    /// <summary>All tasks are restored, and what the newest claim names is committed: now leftovers may go.</summary>
    private void CleanUpSinks()
    {
        if (_restored is not null && _store is not null)
        {
            _store.PutCommitted(_restored);
            _failPoints.Hit(FailPoint.AfterRestore);
            RemoveRestored();
        }

        _phase = Phase.CleaningUp;
        AskAll(static task => task.CleanUpSinks());
    }

    private void Go()
    {
        _phase = Phase.Running;
        _nextNs = Executor.Now + IntervalNs();
        _job.Runs();
        foreach (StreamTask task in _tasks)
        {
            task.Go();
        }
    }

    private long IntervalNs() =>
        _options.CheckpointInterval is { } interval ? (long)interval.TotalNanoseconds : long.MaxValue / 2;

    private long PauseNs() => (long)_options.Checkpointing.MinPause.TotalNanoseconds;

    /// <summary>Decides, while nothing is under way, what comes next.</summary>
    private void Next()
    {
        if (_endedTasks == _tasks.Count)
        {
            _endsAs = JobStatus.Finished;
            _savepoints.TakeDrained();
            Trigger();
        }
        else if (_cancelRequested)
        {
            _endsAs = JobStatus.Cancelled;
            Trigger();
        }
        else if (_savepoints.TryBegin(out Savepoint? savepoint))
        {
            BeginSavepoint(savepoint);
        }
        else if (_options.CheckpointInterval is not null && (_endedTasks == 0 || _options.Checkpointing.AfterTasksFinish))
        {
            if (Executor.Now >= _nextNs)
            {
                Trigger();
            }
            else
            {
                Executor.WakeAt(this, _nextNs);
            }
        }
    }

    /// <summary>Triggers the epoch of a savepoint; null when the inputs are to end first.</summary>
    private void BeginSavepoint(Savepoint? savepoint)
    {
        if (savepoint is null)
        {
            foreach (StreamTask task in _tasks)
            {
                task.DrainSources();
            }

            Notify();
            return;
        }

        _endsAs = savepoint.Stop == SavepointStop.Suspend ? JobStatus.Cancelled : null;
        Trigger();
    }

    private void Trigger()
    {
        _savepoints.Current?.Begin(_epoch + 1);
        _job.SetSavepointStore(_savepoints.Current?.Target);
        _phase = Phase.Collecting;
        _epoch++;
        _triggeredNs = Executor.Now;
        _deadlineNs = _options.CheckpointTimeout == Timeout.InfiniteTimeSpan
            ? long.MaxValue
            : _triggeredNs + (long)_options.CheckpointTimeout.TotalNanoseconds;
        _answers.Clear();
        _declined = null;
        _bytes = 0;
        var barrier = new Barrier(_epoch, isFinal: _endsAs == JobStatus.Finished, _savepoints.Current is not null);
        bool stopSources = _endsAs is not null;
        History.Begin(
            _epoch, barrier.IsSavepoint ? "SAVEPOINT" : stopSources ? "FINAL" : "CHECKPOINT", _triggeredNs,
            Executor.Time.GetUtcNow().ToUnixTimeMilliseconds());
        AskAll(task =>
        {
            if (task.IsRoot)
            {
                task.Trigger(barrier, stopSources);
            }
        });
        _failPoints.Hit(FailPoint.AfterTrigger);
    }

    /// <summary>Gives the epoch up when its time is over; it ends when the last task has said so.</summary>
    private void WatchTime()
    {
        if (Executor.Now < _deadlineNs)
        {
            Executor.WakeAt(this, _deadlineNs);
            return;
        }

        _deadlineNs = long.MaxValue;
        var late = new List<string>();
        foreach (StreamTask task in _waiting)
        {
            late.Add(task.Name);
        }

        late.Sort(StringComparer.Ordinal);
        var reason = new ExternalException(
            5014,
            FormattableString.Invariant($"not complete within {_options.CheckpointTimeout.TotalSeconds:0.###} s; waits for ")
            + string.Join(", ", late.GetRange(0, Math.Min(8, late.Count)))
            + (late.Count > 8 ? FormattableString.Invariant($" and {late.Count - 8} more") : string.Empty)
            + ". Raise execution.checkpointing.timeout, or find what is slow there (sys.operators).",
            retryable: true);
        _declined ??= reason;
        foreach (StreamTask task in _tasks)
        {
            if (_waiting.Contains(task))
            {
                task.GiveUp(_epoch, reason);
            }
        }
    }

    private void Collected(StreamTask task)
    {
        if (!_waiting.Remove(task) || _waiting.Count > 0)
        {
            return;
        }

        if (_declined is not null)
        {
            FailEpoch(_declined);
            return;
        }

        _failPoints.Hit(FailPoint.AfterAcknowledgements);
        History.Written(Executor.Now, _answers.Values, _bytes);
        Claim? claim = null;
        if (_store is not null)
        {
            try
            {
                Manifest manifest = MakeManifest();
                claim = _store.PutManifest(manifest);
                _savepoints.Pin(manifest);
            }
            catch (ExternalException failure)
            {
                FailEpoch(failure);
                return;
            }

            _failPoints.Hit(FailPoint.AfterManifest);

            // An error here leaves the outcome open: the job fails, and the next run reads what is true.
            if (!_store.TryClaim(claim, _failPoints))
            {
                if (_store.IsTakenByVoid(claim))
                {
                    FailEpoch(new ExternalException(
                        5010, $"A run that this one took over from claimed epoch {_epoch} too late.", retryable: true));
                    return;
                }

                throw new ExternalException(
                    5010, $"Another run took over the checkpoint folder; epoch {_epoch} is not ours.", retryable: false);
            }

            Ledger?.Claimed();
            _failPoints.Hit(FailPoint.AfterClaim);
        }

        History.Claimed(Executor.Now, claim?.ManifestPath);
        _restored = claim;
        _parentEpoch = _epoch;
        if (_store is null && _savepoints.Current is { } savepoint)
        {
            // Nothing else holds the epoch: what sinks show must be restorable from here first.
            _phase = Phase.Copying;
            BeginCopy(savepoint.Target, MakeManifest(), isCommitted: false);
            return;
        }

        CommitAll();
    }

    private void BeginCopy(IObjectStore from, Manifest manifest, bool isCommitted)
    {
        var copy = new SavepointCopy(
            Name + "/savepoint", Executor, Job, from, manifest, _savepoints.Current!, isCommitted, _failPoints,
            failure => _mailbox.Post(() => Copied(failure)));
        _savepoints.BeginCopy(copy);
        copy.Notify();
    }

    /// <summary>A copy ended, well or not; who waits for it goes on.</summary>
    private void Copied(Exception? failure)
    {
        if (failure is not null)
        {
            Savepoint failed = _savepoints.End();
            failed.Fail(failure);
            _options.Warn($"Savepoint failed: {failure.Message}");
            if (_store is null)
            {
                ResumeBehind(failed);
            }
            else if (_phase == Phase.Copying)
            {
                Resume(failed);
            }
        }
        else if (_store is null)
        {
            _savepoints.EndCopy();
            CommitAll();
        }
        else
        {
            _savepoints.End().Complete();
            if (_phase == Phase.Copying)
            {
                EndJob(_endsAs!.Value);
            }
        }
    }

    /// <summary>A job without a store goes on as if the epoch had failed: what sinks prepared rides with the next one.</summary>
    private void ResumeBehind(Savepoint failed)
    {
        if (failed.Stop == SavepointStop.Drain)
        {
            CommitAll();
            return;
        }

        _phase = Phase.Running;
        Resume(failed);
    }

    /// <summary>Goes on behind a savepoint that failed: sources that it stopped read on; what was drained or cancelled ends.</summary>
    private void Resume(Savepoint failed)
    {
        if (_endsAs is { } status && (_cancelRequested || failed.Stop != SavepointStop.Suspend))
        {
            if (_phase == Phase.Copying)
            {
                EndJob(status);
            }

            return;
        }

        _endsAs = null;
        _phase = Phase.Running;
        foreach (StreamTask task in _tasks)
        {
            task.ResumeSources();
        }
    }

    private void GiveUpSavepoints() => _savepoints.FailAll(
        new ExternalException(5040, $"Savepoint was given up: the job has ended, {_options.JobId}.", retryable: false));

    private Manifest MakeManifest()
    {
        var tasks = new List<TaskSnapshot>();
        foreach (StreamTask task in _tasks)
        {
            tasks.Add(_answers[task]);
        }

        return new Manifest(
            Manifest.CurrentVersion, _options.JobId, _epoch, _parentEpoch, _generation.Number, _generation.Nonce,
            Manifest.CurrentKeyHash, _keyGroups, Executor.Time.GetUtcNow().ToUnixTimeMilliseconds(),
            _endsAs == JobStatus.Finished, tasks)
        {
            Operators = _job.Operators,
            Ledger = Ledger?.Make(_epoch, _parentEpoch, _options.Checkpointing.IsExactlyOnce, _endsAs == JobStatus.Finished, tasks),
        };
    }

    private void CommitAll()
    {
        _phase = Phase.Committing;
        _backOffMs = 0;
        _waiting.Clear();
        foreach (StreamTask task in _tasks)
        {
            if (task.Commits)
            {
                _waiting.Add(task);
            }
        }

        if (_waiting.Count == 0)
        {
            FinishEpoch();
            return;
        }

        long epoch = _epoch;
        foreach (StreamTask task in _waiting)
        {
            task.Commit(epoch);
        }
    }

    private void FinishEpoch()
    {
        _failPoints.Hit(FailPoint.AfterCommit);
        if (_store is not null)
        {
            try
            {
                _store.PutCommitted(_restored!);
                _failPoints.Hit(FailPoint.AfterMarker);
                _store.CleanUp(_failPoints, _options.Checkpointing.Retained, _savepoints.Pinned);
            }
            catch (ExternalException failure)
            {
                // The epoch stands; the marker and old objects only save work and space.
                _options.Warn($"Old checkpoints could not be removed: {failure.Message}");
            }
        }

        foreach (StreamTask task in _tasks)
        {
            task.EpochCommitted(_epoch);
        }

        RemoveRestored();
        _failuresInARow = 0;
        History.Completed(Executor.Now);
        Volatile.Write(ref _metrics, new CheckpointMetrics(
            _metrics.Completed + 1, _metrics.Failed, _epoch, (Executor.Now - _triggeredNs) / 1e6, _bytes));
        CompleteSavepoint();
        if (_endsAs is { } status)
        {
            if (_savepoints.Copy is null)
            {
                EndJob(status);
            }
            else
            {
                _phase = Phase.Copying;
            }

            return;
        }

        _phase = Phase.Running;
        _nextNs = Math.Max(_triggeredNs + IntervalNs(), Executor.Now + PauseNs());
    }

    /// <summary>The epoch of a savepoint is committed: it is copied now, or its folder says that nothing is left to commit.</summary>
    private void CompleteSavepoint()
    {
        if (_store is not null)
        {
            if (_savepoints.Current is not null)
            {
                BeginCopy(_store.Objects, _savepoints.Pinned!, isCommitted: true);
            }

            return;
        }

        if (_savepoints.Copied is not { } savepoint)
        {
            return;
        }

        try
        {
            new CheckpointStore(savepoint.Target).PutSavepointCommitted();
        }
        catch (ExternalException failure)
        {
            // It can be restored all the same, into the folders where its sinks wrote.
            _options.Warn($"Savepoint could not be marked as committed: {failure.Message}");
        }

        _savepoints.End().Complete();
    }

    /// <summary>An own epoch is full and committed: a savepoint that the job's life owns is not needed any more.</summary>
    private void RemoveRestored()
    {
        if (_hasRemovedRestored || _store is null)
        {
            return;
        }

        _hasRemovedRestored = true;
        try
        {
            _job.RemoveClaimed();
        }
        catch (ColumnStreamException failure)
        {
            _options.Warn($"Savepoint that the job was restored from could not be removed: {failure.Message}");
        }
    }

    private void EndJob(JobStatus status)
    {
        _phase = Phase.Ended;
        if (status == JobStatus.Finished && _store is not null)
        {
            _store.PutTerminal(new Terminal("FINISHED", _epoch, _generation.Number));
            _failPoints.Hit(FailPoint.AfterTerminal);
        }

        if (status == JobStatus.Cancelled && _options.Checkpointing.DeletesOnCancellation)
        {
            Discard();
        }

        _job.Finish(status);
    }

    private void Discard()
    {
        try
        {
            _store?.Discard(_epoch);
        }
        catch (ExternalException failure)
        {
            _options.Warn($"Checkpoints could not be deleted: {failure.Message}");
        }
    }

    private void FailEpoch(Exception reason)
    {
        // A savepoint that cannot be written is the trouble of who asked for it.
        _failuresInARow += _savepoints.Current is null || _savepoints.Draining is not null ? 1 : 0;
        History.Failed(reason.Message);
        Volatile.Write(ref _metrics, _metrics with { Failed = _metrics.Failed + 1 });
        if (_failuresInARow > _options.TolerableFailedCheckpoints)
        {
            throw new ExternalException(
                5014, $"Checkpoints failed {_failuresInARow} times in a row: {reason.Message}", retryable: true, reason);
        }

        _options.Warn($"Checkpoint {_epoch} failed: {reason.Message}");
        _phase = Phase.Running;
        if (_savepoints.FailEpoch(reason) is { Stop: SavepointStop.Suspend } failed)
        {
            Resume(failed);
        }

        _nextNs = Executor.Now + Math.Max(Math.Min(IntervalNs(), 1000 * NsPerMs), PauseNs());
    }

    private void CheckEpoch(long epoch)
    {
        if (epoch != _epoch)
        {
            throw new InvariantException(9001, $"Answer belongs to another epoch: {epoch}, {_epoch}.");
        }
    }

    /// <summary>Repeats one commit when its time has come.</summary>
    private sealed class DelayedCommit(CheckpointCoordinator coordinator, StreamTask task, long epoch)
        : TaskUnit(coordinator.Name + "/retry", coordinator.Executor, coordinator.Job)
    {
        protected override TurnResult Run(in TurnBudget budget)
        {
            task.Commit(epoch);
            return TurnResult.Done;
        }

        protected override void Fail(Exception failure) => coordinator._job.Failed(this, failure);
    }
}
