using System;
using System.Collections.Generic;

namespace ColumnStream.Engine.Integrity;

/// <summary>Reads back what a sink made visible, to be compared with what the ledger says; changes nothing.</summary>
public abstract class SinkAudit : IDisposable
{
    /// <summary>Lists everything that a reader of the table would see, in name order: parts of this sink and what others wrote.</summary>
    public abstract IReadOnlyList<VisiblePart> List();

    /// <summary>Tells whether a name is one that only this sink gives.</summary>
    public abstract bool IsOwn(string name);

    /// <summary>Reads one visible part whole.</summary>
    /// <param name="name">One of <see cref="List"/>.</param>
    /// <param name="sums">Whether its rows shall be hashed too.</param>
    /// <returns>What it holds.</returns>
    public abstract PartContent Read(string name, bool sums);

    /// <summary>Lets go of files and connections.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of files and connections.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
