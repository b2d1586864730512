using System;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Engine.Sinks;

/// <summary>Writes batches; flushes at barriers; at-least-once.</summary>
public abstract class SinkWriter : IDisposable
{
    /// <summary>Writes a batch, which it borrows: selected rows with their kinds, in order.</summary>
    public abstract void Write(StreamBatch batch);

    /// <summary>Gets whether the other end takes no more for now: the task stops in front of the sink until <see cref="SinkContext.Wake"/>.</summary>
    /// <remarks>Asked on the task's thread. A batch that comes all the same is to be taken.</remarks>
    public virtual bool IsFull => false;

    /// <summary>Makes everything written so far reach the other system; called at each barrier and at the end.</summary>
    public abstract void Flush();

    /// <summary>Closes files and connections; what was not flushed may be lost.</summary>
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
