using System;
using System.Collections.Generic;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Ends a job and counts the units that are still open.</summary>
internal interface IJobControl
{
    /// <summary>Sets where a job without a store of its own writes state at the next barrier; null keeps none.</summary>
    void SetSavepointStore(IObjectStore? store);

    /// <summary>Gets what the plan keeps, for manifests.</summary>
    IReadOnlyList<OperatorRecord> Operators { get; }

    /// <summary>Removes the savepoint that the job's life began from where it owns one: an own epoch is full and committed.</summary>
    void RemoveClaimed();

    /// <summary>All tasks are restored and rows flow.</summary>
    void Runs();

    /// <summary>Stops all units; the job ends as <paramref name="status"/>.</summary>
    void Finish(JobStatus status);

    /// <summary>A unit cannot go on: the job fails.</summary>
    void Failed(TaskUnit unit, Exception failure);

    /// <summary>A unit holds nothing any more.</summary>
    void Closed(TaskUnit unit);
}
