using System;
using System.Collections.Generic;
using System.Threading;
using ColumnStream.Engine.Errors;
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
internal sealed partial class CheckpointCoordinator : TaskUnit
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
}
