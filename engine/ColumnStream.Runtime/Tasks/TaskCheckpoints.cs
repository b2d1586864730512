using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Checkpoints;

namespace ColumnStream.Runtime.Tasks;

/// <summary>Takes one task's part of each checkpoint: freezes at the barrier, gathers in later turns, acknowledges.</summary>
/// <param name="task">The task.</param>
/// <param name="writer">Writes states, or null when checkpoints hold none.</param>
/// <param name="failPoints">Is told of protocol points.</param>
/// <param name="acknowledge">Receives epoch, snapshot and written bytes; called on any executor.</param>
/// <param name="decline">Receives epoch and reason; called on any executor.</param>
internal sealed class TaskCheckpoints(
    StreamTask task,
    SnapshotWriter? writer,
    IFailPoints failPoints,
    Action<long, TaskSnapshot, long> acknowledge,
    Action<long, Exception> decline)
{
    private const int GatherRows = 16 << 10;

    private readonly List<StateChain> _states = [];
    private readonly List<bool> _full = [];
    private readonly Dictionary<string, List<(long Epoch, string Committable)>> _unclaimed = [];
    private TaskSnapshot? _pending;
    private long _epoch;
    private int _gathering;
    private Action<RecordBatch>? _write;

    /// <summary>Gets or sets the time from the first barrier of the coming snapshot to its last.</summary>
    public long AlignmentNs { get; set; }

    /// <summary>Gets whether frozen states are still to be gathered.</summary>
    public bool IsGathering => _pending is not null;

    /// <summary>Gets whether gathering must wait for the writer, which notifies.</summary>
    public bool IsBlocked => writer is not null && writer.IsFull;

    /// <summary>Learns of a state of the chain.</summary>
    public void Add(string uid, OperatorState state) => _states.Add(new StateChain(uid, state));

    /// <summary>Freezes everything as of the barrier; rows behind it may follow at once.</summary>
    /// <param name="barrier">The barrier.</param>
    /// <param name="store">Takes the states; null keeps none.</param>
    /// <param name="statePath">The object in the store.</param>
    /// <param name="isAlone">Whether the snapshot stands for itself: full, and no base of a later one.</param>
    public void Begin(Barrier barrier, IObjectStore? store, string statePath, bool isAlone)
    {
        _epoch = barrier.Epoch;
        long startNs = task.NowNs;
        var snapshot = new TaskSnapshot(
            task.Fragment, task.Subtask, task.Parallelism, FinishedNodes(), Positions(), [], Prepare(barrier.Epoch));
        snapshot = snapshot with { Tally = task.Tally?.Take(task, snapshot) };
        if (writer is null || store is null || _states.Count == 0 || barrier.IsFinal)
        {
            acknowledge(_epoch, snapshot with { Timing = new SnapshotTiming(AlignmentNs, task.NowNs - startNs) }, 0);
            return;
        }

        writer.Begin(store, statePath);
        _full.Clear();
        foreach (StateChain chain in _states)
        {
            bool full = chain.NeedsFull || isAlone || !task.TakesChanges;
            _full.Add(full);
            chain.State.BeginSnapshot(full);
        }

        _gathering = 0;
        _pending = snapshot with { Timing = new SnapshotTiming(AlignmentNs, task.NowNs - startNs) };
    }

    /// <summary>Gathers one slice between two elements.</summary>
    public void Gather()
    {
        StateChain chain = _states[_gathering];
        if (chain.State.Gather(GatherRows, _write ??= writer!.Write))
        {
            return;
        }

        writer!.EndState(chain, _full[_gathering]);
        if (++_gathering < _states.Count)
        {
            return;
        }

        TaskSnapshot snapshot = _pending!;
        long epoch = _epoch;
        _pending = null;
        writer.Complete(
            bytes => acknowledge(epoch, snapshot with { States = Snapshots() }, bytes),
            failure => decline(epoch, failure));
    }

    /// <summary>Commits what the claimed epoch and failed ones before it prepared.</summary>
    public void Commit(long epoch)
    {
        foreach (ChainNode node in task.Chain.Nodes)
        {
            if (node.Sink?.TwoPhase is not { } sink || !_unclaimed.TryGetValue(node.Node.Uid, out var unclaimed))
            {
                continue;
            }

            List<string> committables = UpTo(unclaimed, epoch);
            if (committables.Count > 0)
            {
                sink.Commit(epoch, committables);
                failPoints.Hit(FailPoint.MidCommit);
            }

            unclaimed.RemoveAll(c => c.Epoch <= epoch);
        }
    }

    /// <summary>Gives up an epoch whose states are still being gathered, and answers when the writer let go of it.</summary>
    public void GiveUp(Exception reason)
    {
        if (_pending is null)
        {
            return;
        }

        long epoch = _epoch;
        Abort();
        writer!.Abandon(() => decline(epoch, reason));
    }

    /// <summary>Answers for an epoch whose barrier the task has not passed and will not.</summary>
    public void Refuse(long epoch, Exception reason) => decline(epoch, reason);

    /// <summary>Gives up what is under way.</summary>
    public void Abort()
    {
        if (_pending is null)
        {
            return;
        }

        _pending = null;
        for (int i = _gathering; i < _states.Count; i++)
        {
            _states[i].State.AbortSnapshot();
        }
    }

    private static List<string> UpTo(List<(long Epoch, string Committable)> unclaimed, long epoch)
    {
        var committables = new List<string>();
        foreach ((long prepared, string committable) in unclaimed)
        {
            if (prepared <= epoch)
            {
                committables.Add(committable);
            }
        }

        return committables;
    }

    private List<string> FinishedNodes()
    {
        var finished = new List<string>();
        foreach (ChainNode node in task.Chain.Nodes)
        {
            if (node.IsFinished)
            {
                finished.Add(node.Node.Uid);
            }
        }

        return finished;
    }

    private List<SourceSnapshot> Positions()
    {
        var positions = new List<SourceSnapshot>();
        foreach (SourceSlot source in task.Sources.Sources)
        {
            positions.Add(new SourceSnapshot(source.Node.Uid, [.. source.Reader.Snapshot()]));
        }

        return positions;
    }

    private List<SinkSnapshot> Prepare(long epoch)
    {
        var prepared = new List<SinkSnapshot>();
        foreach (ChainNode node in task.Chain.Nodes)
        {
            node.Sink?.Writer?.Flush();
            if (node.Sink?.TwoPhase is not { } sink)
            {
                continue;
            }

            if (!_unclaimed.TryGetValue(node.Node.Uid, out var unclaimed))
            {
                _unclaimed[node.Node.Uid] = unclaimed = [];
            }

            foreach (string committable in sink.Prepare(epoch))
            {
                unclaimed.Add((epoch, committable));
            }

            failPoints.Hit(FailPoint.AfterPrepare);
            prepared.Add(new SinkSnapshot(node.Node.Uid, UpTo(unclaimed, epoch)));
        }

        return prepared;
    }

    private List<StateSnapshot> Snapshots()
    {
        var snapshots = new List<StateSnapshot>();
        foreach (StateChain chain in _states)
        {
            snapshots.Add(chain.Snapshot());
        }

        return snapshots;
    }
}
