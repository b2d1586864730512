using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Integrity;
using ColumnStream.Engine.Plan;

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
}
