using System;
using System.Globalization;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Savepoints;
using ColumnStream.Server.Composition;
using ColumnStream.Server.Session;

namespace ColumnStream.Server.Control;

/// <summary>Is a running job as the control channel sees it.</summary>
/// <param name="job">The handle.</param>
/// <param name="number">Its number in this process.</param>
/// <param name="statement">What it runs.</param>
/// <param name="startedMs">When it started.</param>
/// <param name="isQuery">Whether it is a SELECT.</param>
/// <param name="checkpoints">Address of its checkpoints, or null.</param>
/// <param name="settings">Its options.</param>
/// <param name="stores">Opens folders of savepoints.</param>
internal sealed class ControlledJob(
    RunningJob job, long number, string statement, long startedMs, bool isQuery, string? checkpoints, JobSettings settings,
    ObjectStoreTable stores)
{
    /// <summary>Gets the handle.</summary>
    public RunningJob Job => job;

    /// <summary>Gets its number in this process.</summary>
    public long Number => number;

    /// <summary>Gets whether it was asked from outside to stop: the script ends behind it.</summary>
    public bool IsAskedToStop { get; private set; }

    /// <summary>Returns what others see.</summary>
    public ControlJob Describe() => new(
        Environment.ProcessId, number, job.JobId, statement, startedMs, checkpoints, job.Metrics().Checkpoints.LastEpoch, isQuery);

    /// <summary>Asks the job to stop.</summary>
    public void Cancel()
    {
        IsAskedToStop = true;
        job.Cancel();
    }

    /// <summary>Asks the job for a savepoint in a folder of its own below <paramref name="folder"/>.</summary>
    /// <exception cref="ColumnStreamException">There is no such folder, or the job takes none.</exception>
    public Savepoint TakeSavepoint(string? folder, SavepointStop stop)
    {
        if (isQuery)
        {
            throw new UserException(3120, $"A SELECT takes no savepoints: {job.JobId}. 'columnstream cancel' stops it.");
        }

        string parent = ControlClient.Absolute(folder ?? settings.SavepointFolder);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        string name = string.Create(
            CultureInfo.InvariantCulture, $"savepoint-{job.JobId}-{now:yyyyMMdd'T'HHmmss}-{now.Ticks & 0xFFFFFF:x6}");
        string address = ObjectStoreTable.Below(parent, name);
        IObjectStore target = settings.OpenSavepoint(address, stores);
        var savepoint = new Savepoint(target, address, stop);
        IsAskedToStop |= stop != SavepointStop.GoOn;
        job.TakeSavepoint(savepoint);
        return savepoint;
    }

    /// <summary>A stop did not come about: the script goes on.</summary>
    public void WithdrawStop() => IsAskedToStop = false;
}
