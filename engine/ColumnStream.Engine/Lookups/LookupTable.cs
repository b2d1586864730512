using System;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;

namespace ColumnStream.Engine.Lookups;

/// <summary>Answers a batch of keys with a batch of rows.</summary>
/// <remarks>
/// Calls come from the turns of one task and may overlap, up to <see cref="MaxRequests"/>; an answer may come on any thread.
/// What is not answered is tried again, by the caller: an <see cref="Errors.ExternalException"/> that is retryable after a pause,
/// any other failure ends the job. Whoever is cancelled ends soon; its answer is no longer wanted.
/// </remarks>
public abstract class LookupTable : IDisposable
{
    /// <summary>Gets the most keys of one request.</summary>
    public virtual int MaxKeys => 1024;

    /// <summary>Gets the most requests at once.</summary>
    public virtual int MaxRequests => int.MaxValue;

    /// <summary>Finds all rows that have one of the keys.</summary>
    /// <param name="keys">
    /// Distinct keys, none with a NULL, in the order of <see cref="LookupContext.Keys"/>; borrowed until the answer is there.
    /// </param>
    /// <param name="cancellation">Ends the wait: its time is over, or the job.</param>
    public abstract ValueTask<LookupAnswer> LookupAsync(RecordBatch keys, CancellationToken cancellation);

    /// <summary>Closes connections.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes connections.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
