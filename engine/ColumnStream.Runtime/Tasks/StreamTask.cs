using System;
using System.Collections.Generic;
using System.Threading;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;
using ColumnStream.Runtime.Exchange;
using ColumnStream.Runtime.Ledger;
using Barrier = ColumnStream.Engine.Elements.Barrier;

namespace ColumnStream.Runtime.Tasks;

/// <summary>Runs one subtask of a fragment in turns: sources or channels in, chain, channels out.</summary>
/// <remarks>
/// <code>
/// turn: mailbox | stop? | per element: gather a slice; finish pending output; barrier of a source (before any credit
///       check); timers; all outputs open? take from the gate or poll a source; out of time?
/// </code>
/// A barrier enters all sources of the task in the same turn. Channels whose barrier came are blocked until all came.
/// </remarks>
internal sealed class StreamTask : TaskUnit
{
    private const long NsPerMs = 1_000_000;

    private readonly Mailbox _mailbox;
    private readonly ITaskOwner _owner;
    private ExchangeEntry[] _entryOfChannel = [];
    private Action _startUp = static () => { };
    private bool _running;
    private bool _sourcesStopped;
    private bool _endReported;
    private bool _closed;
    private bool _sourceFirst;
    private Barrier? _trigger;
    private Barrier? _aligning;
    private int _alignedChannels;
    private long _alignedFromNs;
    private long _passedEpoch;
    private long _givenUpEpoch;
    private long _busyNs;
    private long _heldNs;
    private long _heldFromNs = -1;
    private volatile bool _stop;

    public StreamTask(
        string name, Executor executor, JobShare job, ITaskOwner owner, int fragment, int subtask, int parallelism)
        : base(name, executor, job)
    {
        _owner = owner;
        _mailbox = new Mailbox(this);
        Fragment = fragment;
        Subtask = subtask;
        Parallelism = parallelism;
        Chain = new OperatorChain(executor) { OnSatisfied = node => owner.Satisfied(this, node) };
    }

    public int Fragment { get; }

    public int Subtask { get; }

    public int Parallelism { get; }

    public OperatorChain Chain { get; }

    public SourceSet Sources { get; private set; } = null!;

    public InputGate Gate { get; set; } = null!;

    public List<OutputGate> Outputs { get; } = [];

    public List<NodeOutput> Entries { get; } = [];

    /// <summary>Gets whether a channel whose barrier came waits for the others.</summary>
    public bool AlignsBarriers { get; init; } = true;

    /// <summary>Gets whether checkpoints may hold changes since the one before.</summary>
    public bool TakesChanges { get; init; } = true;

    /// <summary>Gets what counts rows for the ledger, or null without one.</summary>
    public TaskTally? Tally { get; init; }

    public TaskCheckpoints Checkpoints { get; private set; } = null!;

    /// <summary>Gets what takes state to disk, or null where memory has no limit.</summary>
    public StateSpill? Spill
    {
        get => Chain.Spill;
        init => Chain.Spill = value;
    }

    /// <summary>Gets the task's clock.</summary>
    public long NowNs => Executor.Now;

    public long BusyNs => Volatile.Read(ref _busyNs);

    /// <summary>Gets the time in which there was something to send and nobody downstream had room for it.</summary>
    public long HeldNs
    {
        get
        {
            long from = Volatile.Read(ref _heldFromNs);
            return Volatile.Read(ref _heldNs) + (from < 0 ? 0 : Math.Max(0, Executor.Now - from));
        }
    }

    /// <summary>Gets whether barriers begin here.</summary>
    public bool IsRoot => Gate.Count == 0;

    /// <summary>Gets whether the task has sinks that commit.</summary>
    public bool Commits { get; set; }

    /// <summary>Completes construction.</summary>
    public void SetUp(
        SourceSet sources, ExchangeEntry[] entryOfChannel, TaskCheckpoints checkpoints, Action startUp)
    {
        Sources = sources;
        _entryOfChannel = entryOfChannel;
        Checkpoints = checkpoints;
        _startUp = startUp;
    }

    /// <summary>Runs what an operator posts, then looks for its output.</summary>
    public void Post(Action action) => _mailbox.Post(() =>
    {
        action();
        Chain.Pending = true;
    });

    /// <summary>Opens and restores everything in a turn of its own.</summary>
    public void StartUp() => _mailbox.Post(() =>
    {
        _startUp();
        Sources.EndEmpty();
        foreach (ChainNode node in Chain.Nodes)
        {
            node.NoteSatisfied();
        }

        _owner.Ready(this);
    });

    /// <summary>Removes leftovers of sinks; once a sink.</summary>
    public void CleanUpSinks() => _mailbox.Post(() =>
    {
        foreach (ChainNode node in Chain.Nodes)
        {
            if (Subtask == 0 && node.Sink?.TwoPhase is { } sink)
            {
                sink.CleanUp();
            }
        }

        _owner.CleanedUp(this);
    });

    /// <summary>Lets rows flow.</summary>
    public void Go() => _mailbox.Post(() => _running = true);

    /// <summary>Puts a barrier into all sources; for tasks without channels.</summary>
    public void Trigger(Barrier barrier, bool stopSources) => _mailbox.Post(() =>
    {
        _trigger = barrier;
        _sourcesStopped |= stopSources;
    });

    /// <summary>Ends all sources where they are: the greatest watermark and the end follow.</summary>
    public void DrainSources() => _mailbox.Post(() => Sources.Drain(static _ => true));

    /// <summary>Ends the sources of which <paramref name="isNeeded"/> does not hold: nobody uses what they would give.</summary>
    public void EndUnneeded(Func<PhysicalNode, bool> isNeeded) => _mailbox.Post(() => Sources.Drain(s => !isNeeded(s.Node)));

    /// <summary>Lets stopped sources go on.</summary>
    public void ResumeSources() => _mailbox.Post(() => _sourcesStopped = false);

    /// <summary>Drops what the task holds of an epoch whose time is over, and answers; what sinks prepared rides with the next.</summary>
    public void GiveUp(long epoch, Exception reason) => _mailbox.Post(() =>
    {
        if (_passedEpoch >= epoch)
        {
            // Behind the barrier: gathered states are on their way and answer by themselves.
            Checkpoints.GiveUp(reason);
            return;
        }

        _givenUpEpoch = epoch;
        _trigger = null;
        if (_aligning is not null)
        {
            _aligning = null;
            Gate.UnblockAll();
        }

        Checkpoints.Refuse(epoch, reason);
    });

    /// <summary>Commits a claimed epoch's sinks.</summary>
    public void Commit(long epoch) => _mailbox.Post(() =>
    {
        try
        {
            Checkpoints.Commit(epoch);
        }
        catch (ExternalException failure) when (failure.IsRetryable)
        {
            _owner.CommitFailed(this, epoch, failure);
            return;
        }

        _owner.Committed(this, epoch);
    });

    /// <summary>Tells sources that an epoch is committed.</summary>
    public void EpochCommitted(long epoch) => _mailbox.Post(() =>
    {
        foreach (SourceSlot source in Sources.Sources)
        {
            source.Reader.OnEpochCommitted(epoch);
        }
    });

    /// <summary>Ends the task at its next turn, dropping what is in it.</summary>
    public void Stop()
    {
        _stop = true;
        Chain.IsStopped = true;
        Notify();
    }

    protected override TurnResult Run(in TurnBudget budget)
    {
        long t0 = Executor.Now;
        if (_stop)
        {
            Close();
            return TurnResult.Done;
        }

        if (_heldFromNs >= 0)
        {
            Volatile.Write(ref _heldNs, _heldNs + (t0 - _heldFromNs));
            Volatile.Write(ref _heldFromNs, -1);
        }

        _mailbox.Drain();
        TurnResult result = _running ? Work(budget.Deadline) : TurnResult.Idle;
        Volatile.Write(ref _busyNs, _busyNs + (Executor.Now - t0));
        return result;
    }

    protected override void Fail(Exception failure)
    {
        if (_stop && failure is OperationCanceledException)
        {
            Close();
            return;
        }

        if (failure is MemoryLimitException)
        {
            foreach (ChainNode node in Chain.Nodes)
            {
                node.CountStates();
            }
        }

        _owner.Failed(this, failure);
        Close();
    }

    private TurnResult Work(long deadlineNs)
    {
        do
        {
            // Between two elements nobody holds the address of a row.
            Chain.Trim(callers: 0);

            if (Checkpoints.IsGathering && !Checkpoints.IsBlocked)
            {
                Checkpoints.Gather();
            }

            if (Chain.Pending)
            {
                if (!OutputsOpen())
                {
                    return Held();
                }

                if (!Chain.CanContinue)
                {
                    // An answer from outside wakes the task; meanwhile only time goes on.
                    FireTimers();
                    if (!Chain.CanContinue)
                    {
                        return Chain.IsHeldBySink ? Held() : Waiting();
                    }
                }

                Chain.Continue();
                continue;
            }

            if (_trigger is { } barrier)
            {
                if (Chain.Flush())
                {
                    continue;
                }

                _trigger = null;
                Pass(barrier);
            }

            FireTimers();
            if (Chain.Pending)
            {
                continue;
            }

            if (!OutputsOpen())
            {
                return Held();
            }

            if (Spill is not null && Chain.FlushDue(isIdle: false))
            {
                continue;
            }

            if (!TakeOne())
            {
                if (Spill is not null && !Chain.Pending && Chain.FlushDue(isIdle: true))
                {
                    continue;
                }

                ReportEnd();
                return Waiting();
            }
        }
        while (Executor.Now < deadlineNs);
        return TurnResult.More;
    }

    /// <summary>Somebody downstream has no room; the time until the next turn counts as back-pressure.</summary>
    private TurnResult Held()
    {
        Volatile.Write(ref _heldFromNs, Executor.Now);
        return Waiting();
    }

    /// <summary>Nothing can be taken; gathering goes on in the next turn.</summary>
    private TurnResult Waiting() =>
        Checkpoints.IsGathering && !Checkpoints.IsBlocked ? TurnResult.More : TurnResult.Idle;

    private bool OutputsOpen()
    {
        foreach (OutputGate gate in Outputs)
        {
            if (!gate.TryReserve())
            {
                return false;
            }
        }

        return true;
    }

    private bool TakeOne()
    {
        bool mayPoll = !_sourcesStopped && !Sources.AllEnded;
        if (mayPoll && _sourceFirst && Sources.Poll(Chain))
        {
            _sourceFirst = false;
            return true;
        }

        if (Gate.TryTake(out StreamElement element, out int channel))
        {
            _sourceFirst = true;
            Chain.BeginElement();
            if (element is Barrier barrier)
            {
                Align(barrier, channel);
            }
            else
            {
                _entryOfChannel[channel].Deliver(channel, element);
            }

            return true;
        }

        return mayPoll && !_sourceFirst && Sources.Poll(Chain);
    }

    private void Align(Barrier barrier, int channel)
    {
        if (barrier.Epoch <= _givenUpEpoch)
        {
            return;
        }

        if (_aligning is null)
        {
            _aligning = barrier;
            _alignedChannels = 0;
            _alignedFromNs = Executor.Now;
        }
        else if (_aligning.Epoch != barrier.Epoch)
        {
            throw new InvariantException(
                9001, $"Barriers overlap in {Name}: {_aligning.Epoch}, {barrier.Epoch}.");
        }

        if (AlignsBarriers || barrier.IsSavepoint)
        {
            Gate.Block(channel);
        }

        if (++_alignedChannels == Gate.Count)
        {
            _aligning = null;
            Gate.UnblockAll();

            // Rows that wait go first, in the steps that follow, before anything else is taken.
            _trigger = barrier;
        }
    }

    /// <summary>Freezes this task behind all rows before the barrier and sends the barrier on.</summary>
    private void Pass(Barrier barrier)
    {
        if (Checkpoints.IsGathering)
        {
            throw new InvariantException(9001, $"Barrier came before the last one was gathered: {barrier.Epoch}.");
        }

        Checkpoints.AlignmentNs = IsRoot ? 0 : Executor.Now - _alignedFromNs;
        _passedEpoch = barrier.Epoch;
        Checkpoints.Begin(
            barrier, _owner.StateStore, _owner.StatePath(this, barrier.Epoch), _owner.SnapshotsStandAlone);
        foreach (OutputGate gate in Outputs)
        {
            gate.Broadcast(barrier);
        }
    }

    private void FireTimers()
    {
        if (Chain.NextTimerMs == long.MaxValue)
        {
            return;
        }

        long nowMs = Executor.Now / NsPerMs;
        if (nowMs >= Chain.NextTimerMs)
        {
            Chain.FireTimers(nowMs);
        }

        if (Chain.NextTimerMs != long.MaxValue)
        {
            Executor.WakeAt(this, Chain.NextTimerMs * NsPerMs);
        }
    }

    private void ReportEnd()
    {
        if (_endReported || !Sources.AllEnded || Chain.Pending)
        {
            return;
        }

        foreach (NodeOutput entry in Entries)
        {
            if (!entry.IsEnded)
            {
                return;
            }
        }

        _endReported = true;
        _owner.Ended(this);
    }

    private void Close()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        try
        {
            Checkpoints.Abort();
            Sources.Dispose();
            Chain.Dispose();
            Spill?.Dispose();
        }
        catch (Exception failure)
        {
            // The task is over either way; what went wrong last must not hide why it ended.
            _owner.Failed(this, failure);
        }
        finally
        {
            _owner.Closed(this);
        }
    }
}
