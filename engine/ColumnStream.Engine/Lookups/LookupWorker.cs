using System;
using System.Threading.Tasks;

namespace ColumnStream.Engine.Lookups;

/// <summary>Runs work that blocks, such as reading files, where it holds up no task.</summary>
public class LookupWorker
{
    /// <summary>Gets the worker that runs everything at once, on the caller's thread.</summary>
    public static LookupWorker Inline { get; } = new();

    /// <summary>Runs <paramref name="work"/>; failures come out of the task.</summary>
    public virtual Task RunAsync(Action work)
    {
        var all = new Task(work);
        all.RunSynchronously(TaskScheduler.Default);
        return all;
    }
}
