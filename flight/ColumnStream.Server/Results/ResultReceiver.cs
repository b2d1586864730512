using System;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Server.Results;

/// <summary>Receives the rows of one SELECT, under its own lock.</summary>
internal abstract class ResultReceiver : IDisposable
{
    /// <summary>Gets the rows received.</summary>
    public long Rows { get; protected set; }

    /// <summary>Gets the rows that it keeps in memory, to be shown at the end.</summary>
    public virtual long KeptRows => 0;

    /// <summary>Gets whether it takes no more for now; asked without its lock.</summary>
    public virtual bool IsFull => false;

    /// <summary>Adds what lets a task look again once there is room.</summary>
    public virtual void OnRoom(Action wake)
    {
    }

    /// <summary>Takes a batch, which it borrows.</summary>
    public abstract void Receive(StreamBatch batch);

    /// <summary>Shows how things stand, while the job runs on a terminal.</summary>
    public virtual void Refresh()
    {
    }

    /// <summary>Prints what is left; the job has ended.</summary>
    public abstract void Complete();

    public virtual void Dispose()
    {
    }
}
