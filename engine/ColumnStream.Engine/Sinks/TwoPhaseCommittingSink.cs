using System;
using System.Collections.Generic;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Integrity;

namespace ColumnStream.Engine.Sinks;

/// <summary>Writes batches that become visible with their epoch, exactly once.</summary>
/// <remarks>
/// <see cref="Prepare"/> makes everything before the barrier durable but invisible and names it in committables, which
/// the manifest holds. <see cref="Commit"/> is called after the epoch is claimed, perhaps again after a restart, perhaps by another
/// process, perhaps for things that are already visible: all of that is harmless.
/// </remarks>
public abstract class TwoPhaseCommittingSink : IDisposable
{
    /// <summary>Writes a batch, which it borrows: selected rows with their kinds, in order.</summary>
    public abstract void Write(StreamBatch batch);

    /// <summary>Learns that the input ended: the next <see cref="Prepare"/> is the last one with something new.</summary>
    /// <remarks>Not called again after a restart whose checkpoint is behind the end.</remarks>
    public virtual void Finish()
    {
    }

    /// <summary>Makes the rows before the barrier durable and returns what names them; empty epochs give an empty list.</summary>
    public abstract IReadOnlyList<string> Prepare(long epoch);

    /// <summary>Makes the named things visible; those that are already are skipped.</summary>
    /// <exception cref="Errors.ExternalException">A named thing is neither prepared nor visible: data would be lost.</exception>
    public abstract void Commit(long epoch, IReadOnlyList<string> committables);

    /// <summary>Describes for the ledger what committing these would make visible; null when that is not yet settled.</summary>
    /// <remarks>Rows of parts that are not described are expected in those that are, later. Sinks that know no rows give null always.</remarks>
    public virtual IReadOnlyList<SinkPart>? Describe(IReadOnlyList<string> committables) => null;

    /// <summary>Removes leftovers of this job's attempts that no checkpoint names; called once after restore and commit.</summary>
    public abstract void CleanUp();

    /// <summary>Closes files and connections; what was not prepared is dropped.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes files and connections.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
