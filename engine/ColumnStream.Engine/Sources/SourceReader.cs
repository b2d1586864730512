using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Engine.Sources;

/// <summary>Reads its share of a table's splits into batches on request and reports positions at barriers.</summary>
/// <remarks>
/// One thread. <see cref="Restore"/> is called before the first poll, with the states of all former readers: a reader
/// keeps those that it owns now. A batch holds rows of one split only.
/// </remarks>
public abstract class SourceReader : IDisposable
{
    /// <summary>Gets whether it has a split, or may come to have one; asked once, behind <see cref="Restore"/>, before the first poll.</summary>
    /// <remarks>One that has none ends before any row of the job flows: nobody's watermark waits for its first turn.</remarks>
    public virtual bool HasSplits => true;

    /// <summary>Takes up the positions of a checkpoint.</summary>
    public abstract void Restore(IReadOnlyList<SplitState> splits);

    /// <summary>Gives the next batch, at most the context's rows and 1 MiB, which belongs to the caller.</summary>
    public abstract SourcePoll Poll(out StreamBatch? batch);

    /// <summary>Returns the positions behind the batches given so far, finished splits included while they matter.</summary>
    public abstract ValueList<SplitState> Snapshot();

    /// <summary>Gets the split of the batch given last, for the ledger; null where the reader has one split at most.</summary>
    public virtual string? CurrentSplit => null;

    /// <summary>Tells how many rows lie between two positions of a split; null where a position does not say.</summary>
    public virtual long? RowsBetween(string split, string? from, string to) => null;

    /// <summary>Gets whether it drops splits on its own, so that one which is missing behind a restore is no loss.</summary>
    public virtual bool ForgetsSplits => false;

    /// <summary>Learns that an epoch is canonical: sources that delete or acknowledge do it now.</summary>
    public virtual void OnEpochCommitted(long epoch)
    {
    }

    /// <summary>Closes files and connections.</summary>
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
