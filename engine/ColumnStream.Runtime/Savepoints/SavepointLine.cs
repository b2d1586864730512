using System;
using System.Collections.Generic;
using ColumnStream.Runtime.Checkpoints;

namespace ColumnStream.Runtime.Savepoints;

/// <summary>Holds the savepoints that a job was asked for: one is under way, the others wait. Used in turns of the coordinator.</summary>
/// <remarks>
/// With a store a savepoint is a checkpoint like any other, claimed and committed, that is then copied: chains of changes go
/// on as if nothing had been. Without one its state is written next to the copy, and its sinks commit when it can be restored.
/// </remarks>
internal sealed class SavepointLine
{
    private readonly Queue<Savepoint> _waiting = new();

    /// <summary>Gets the one whose epoch is under way, or null.</summary>
    public Savepoint? Current { get; private set; }

    /// <summary>Gets the one whose drain ends the inputs, or null.</summary>
    public Savepoint? Draining { get; private set; }

    /// <summary>Gets the one that is copied, or was copied in front of its commit, or null.</summary>
    public Savepoint? Copied { get; private set; }

    /// <summary>Gets the copy under way, or null.</summary>
    public SavepointCopy? Copy { get; private set; }

    /// <summary>Gets the manifest whose files must stay for the copy, or null.</summary>
    public Manifest? Pinned { get; private set; }

    public void Add(Savepoint savepoint) => _waiting.Enqueue(savepoint);

    /// <summary>Takes the next one if nothing is in its way; one that drains becomes <see cref="Draining"/> instead.</summary>
    public bool TryBegin(out Savepoint? savepoint)
    {
        savepoint = null;
        if (Copied is not null || Draining is not null || !_waiting.TryDequeue(out Savepoint? next))
        {
            return false;
        }

        if (next.Stop == SavepointStop.Drain)
        {
            Draining = next;
            return true;
        }

        savepoint = Current = next;
        return true;
    }

    /// <summary>The inputs have ended: the epoch that is triggered now is the drained savepoint's, if there is one.</summary>
    public void TakeDrained() => Current = Draining;

    /// <summary>The epoch was claimed; its files stay until the copy ends.</summary>
    public void Pin(Manifest manifest) => Pinned = Current is null ? Pinned : manifest;

    /// <summary>The epoch's state is whole: it is copied while the job may go on.</summary>
    public void BeginCopy(SavepointCopy copy)
    {
        Copy = copy;
        Copied = Current;
        Current = null;
    }

    /// <summary>The folder is whole.</summary>
    public void EndCopy() => Copy = null;

    /// <summary>Lets go of the one that was copied: it is done, or given up.</summary>
    public Savepoint End()
    {
        Savepoint savepoint = Copied!;
        Draining = savepoint == Draining ? null : Draining;
        Copied = null;
        Copy = null;
        Pinned = null;
        return savepoint;
    }

    /// <summary>The epoch failed: the savepoint is given up, unless its drain cannot be undone and the epoch is tried again.</summary>
    public Savepoint? FailEpoch(Exception reason)
    {
        Savepoint? failed = Current;
        Current = null;
        Pinned = Copied is null ? null : Pinned;
        if (failed is null || failed == Draining)
        {
            return null;
        }

        SavepointFolder.RemoveStaging(failed.Target);
        failed.Fail(reason);
        return failed;
    }

    /// <summary>The job is over, or its run is: nothing that waits will come.</summary>
    public void FailAll(Exception reason)
    {
        Copy?.Abort();
        Copied?.Fail(reason);
        Current?.Fail(reason);
        Draining?.Fail(reason);
        while (_waiting.TryDequeue(out Savepoint? savepoint))
        {
            savepoint.Fail(reason);
        }
    }
}
