using System;
using System.Collections.Generic;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators;

/// <summary>Turns elements into elements on one thread, synchronously; snapshots and restores exactly its declared state.</summary>
/// <remarks>
/// Calls come in this order: <see cref="Open"/>, restore of <see cref="States"/>, then any of the rest, never two at once.
/// After any call <see cref="HasMore"/> may be true: then the chain calls <see cref="Continue"/> until it is false
/// before it passes on the watermark, barrier or end that was being handled, or the next batch. A barrier snapshots the
/// declared states behind the rows before it; the chain forwards it.
/// </remarks>
public abstract class Operator : IDisposable
{
    /// <summary>Gets the states that checkpoints hold, with fixed names; empty for stateless operators.</summary>
    public virtual IReadOnlyList<OperatorState> States => [];

    /// <summary>Gets whether output is pending because a chunk was full.</summary>
    public virtual bool HasMore => false;

    /// <summary>Gets whether addresses of state rows are kept until <see cref="Continue"/>: then no state may go to disk before.</summary>
    public virtual bool HoldsRows => HasMore;

    /// <summary>Gets whether addresses of state rows may be held while a call is under way, so that nothing below may send state to disk.</summary>
    public virtual bool MayHoldRows => States.Count > 0;

    /// <summary>Gets whether a batch may come in slices where state is on disk: each brings back less.</summary>
    public virtual bool TakesSlices => MayHoldRows;

    /// <summary>Gets whether rows wait here for an answer from outside, which wakes the task by <see cref="OperatorContext.Post"/>.</summary>
    /// <remarks>The end and idleness wait for them; a watermark waits in the operator, which passes it on itself.</remarks>
    public virtual bool IsAwaiting => false;

    /// <summary>Gets whether nothing more should come before an answer did: the chain takes no element until then.</summary>
    public virtual bool IsFull => false;

    /// <summary>Gets whether rows wait here for more of them until <see cref="Flush"/> is called: no barrier may pass them.</summary>
    public virtual bool IsWaiting => false;

    /// <summary>Gets whether rows come out only when all inputs end: then no watermark passes before them, and none of them is late.</summary>
    public virtual bool AnswersAtEnd => false;

    /// <summary>Gets whether no row that still comes can change what it gives: inputs that only it needs are ended early then.</summary>
    /// <remarks>Once true it stays so, also behind a restore. Asked only of operators that run at parallelism 1.</remarks>
    public virtual bool IsSatisfied => false;

    /// <summary>Makes ready to run.</summary>
    public abstract void Open(OperatorContext context);

    /// <summary>Handles a batch, which it owns from now on.</summary>
    public abstract void Process(int input, StreamBatch batch, Collector output);

    /// <summary>Emits the next chunk of pending output.</summary>
    public virtual void Continue(Collector output)
    {
    }

    /// <summary>Tells whether rows have waited long enough; asked between two elements.</summary>
    /// <param name="isIdle">Whether nothing can be taken from the inputs now.</param>
    public virtual bool WantsFlush(bool isIdle) => false;

    /// <summary>Begins to work on the rows that wait: <see cref="HasMore"/> until the last one is done.</summary>
    public virtual void Flush(Collector output)
    {
    }

    /// <summary>Handles the combined watermark of all inputs and returns the watermark to pass on.</summary>
    /// <remarks>Called only when it rises. <see cref="Watermark.Max"/> means that all inputs end.</remarks>
    public virtual long Advance(long watermarkMs, Collector output) => watermarkMs;

    /// <summary>Notes that no row of <paramref name="input"/> comes any more; output may be pending and none is made here.</summary>
    /// <remarks>It is told anew after a restore, so nothing that follows from it need be in a snapshot.</remarks>
    public virtual void EndInput(int input)
    {
    }

    /// <summary>Handles the end of all inputs, behind the last watermark: what <see cref="AnswersAtEnd"/> emits its answer.</summary>
    public virtual void Finish(Collector output)
    {
    }

    /// <summary>Handles the time that it asked to be woken at; the watermark of a timer is made with the collector.</summary>
    public virtual void OnTimer(long clockMs, Collector output)
    {
    }

    /// <summary>Releases all memory.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases all memory.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
