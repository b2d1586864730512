using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Integrity;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Engine.Sinks;

/// <summary>Gives a sink writer everything that it may use.</summary>
/// <param name="Table">The table to write.</param>
/// <param name="Changelog">Row kinds that will come.</param>
/// <param name="Allocator">Account of the task.</param>
/// <param name="Time">The clock.</param>
/// <param name="JobId">Identity of the job, stable across restarts.</param>
/// <param name="Uid">Identity of the sink node.</param>
/// <param name="Subtask">Position among the writers.</param>
/// <param name="Parallelism">Number of writers.</param>
/// <param name="IsBatch">Whether the job runs in batch mode.</param>
public sealed record SinkContext(
    TableSpec Table,
    ChangelogMode Changelog,
    BufferAllocator Allocator,
    TimeProvider Time,
    string JobId,
    string Uid,
    int Subtask,
    int Parallelism,
    bool IsBatch)
{
    /// <summary>Gets the counters that CLI, console and metrics show.</summary>
    public Action<string, long> Count { get; init; } = static (_, _) => { };

    /// <summary>Gets the rows handed to this writer in this run, each batch before it is written; null without a ledger.</summary>
    /// <remarks>A part's rows and sum are the difference between its end and its beginning: nothing is hashed twice.</remarks>
    public RowTally? Tally { get; init; }

    /// <summary>Gets what says things that a user should know and that stop nothing.</summary>
    public Action<string> Warn { get; init; } = static _ => { };

    /// <summary>Gets what lets the task look again at a writer that was full; callable from any thread, also when the task has ended.</summary>
    public Action Wake { get; init; } = static () => { };

    /// <summary>Gets the name of the job's life: the same over restarts, another one where epochs begin anew elsewhere.</summary>
    public string Lineage { get; init; } = JobId;

    /// <summary>Gets the number of this run of the job; a higher one takes over.</summary>
    public long Generation { get; init; }

    /// <summary>Gets what tells this run from any other, as a part of a name.</summary>
    public string RunNonce { get; init; } = "run";

    /// <summary>Gets where rows may wait for their epoch, or null where the job takes no checkpoints.</summary>
    /// <remarks>Names begin with <c>sinks/</c>; nobody but the sink removes them.</remarks>
    public IObjectStore? Staging { get; init; }

    /// <summary>Gets the store that the job is restored from, where that is another one, or null.</summary>
    public IObjectStore? RestoredFrom { get; init; }

    /// <summary>Gets what opens buckets by their address, <c>oss://name</c>.</summary>
    public Func<string, IBucket> OpenBucket { get; init; } = Buckets.Unknown;
}
