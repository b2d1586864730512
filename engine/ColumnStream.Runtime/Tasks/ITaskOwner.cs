using System;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Runtime.Tasks;

/// <summary>Is told what happens in tasks; all calls come from turns and return at once.</summary>
internal interface ITaskOwner
{
    /// <summary>Gets what takes state at the next barrier: the job's store, else that of a savepoint, else nothing.</summary>
    IObjectStore? StateStore { get; }

    /// <summary>Gets whether snapshots stand for themselves: the job has no store where a chain could go on.</summary>
    bool SnapshotsStandAlone { get; }

    /// <summary>Names the object for a task's state at an epoch.</summary>
    string StatePath(StreamTask task, long epoch);

    /// <summary>A task is open and restored.</summary>
    void Ready(StreamTask task);

    /// <summary>A task's sinks are free of leftovers.</summary>
    void CleanedUp(StreamTask task);

    /// <summary>An operator of a task needs no more rows.</summary>
    void Satisfied(StreamTask task, PhysicalNode node);

    /// <summary>All inputs of a task ended and are worked off.</summary>
    void Ended(StreamTask task);

    /// <summary>A task's sinks committed.</summary>
    void Committed(StreamTask task, long epoch);

    /// <summary>A task's sinks could not commit now.</summary>
    void CommitFailed(StreamTask task, long epoch, Exception failure);

    /// <summary>A task cannot go on.</summary>
    void Failed(TaskUnit unit, Exception failure);

    /// <summary>A task holds nothing any more.</summary>
    void Closed(TaskUnit unit);
}
