using System;
using System.Threading;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Server.Composition;
using ColumnStream.Server.Control;

namespace ColumnStream.Server.Session;

/// <summary>Is a job that was started here; disposed behind its end, it is known no more as one that runs.</summary>
internal sealed class LaunchedJob(NodeBuilder node, RunningJob running, ControlledJob controlled, FolderLock? folder) : IDisposable
{
    private int _isDisposed;

    /// <summary>Gets the handle.</summary>
    public RunningJob Running => running;

    /// <summary>Gets the job as others control it.</summary>
    public ControlledJob Controlled => controlled;

    /// <summary>Keeps its last numbers, takes it from those that run and lets others have its folder.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            node.Jobs.End(running);
            node.Conceal(controlled);
            folder?.Dispose();
        }
    }
}
