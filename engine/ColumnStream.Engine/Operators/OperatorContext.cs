using System;
using System.Threading;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Lookups;
using ColumnStream.Engine.State;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Engine.Operators;

/// <summary>Gives an operator everything that it may use.</summary>
/// <param name="Allocator">Account of the task.</param>
/// <param name="Pages">Pages for keyed state.</param>
/// <param name="Evaluation">Clock, randomness and zone of expressions.</param>
/// <param name="Inputs">Schemas of the inputs, in order.</param>
/// <param name="Subtask">Position among the fragment's subtasks.</param>
/// <param name="Parallelism">Number of subtasks.</param>
/// <param name="KeyGroups">Number of key groups of the job.</param>
/// <param name="IsBatch">Whether the job runs in batch mode: final rows only.</param>
public sealed record OperatorContext(
    BufferAllocator Allocator,
    StatePool Pages,
    EvaluatorOptions Evaluation,
    ValueList<Schema> Inputs,
    int Subtask,
    int Parallelism,
    int KeyGroups,
    bool IsBatch)
{
    private const int MostChunkRows = 4096;

    /// <summary>Gets how many rows a chunk of output may have; fewer where memory is short, since each may bring state back from disk.</summary>
    public int ChunkRows => Pages?.Spill?.ChunkRows ?? MostChunkRows;

    /// <summary>Gets what lets state go to disk in the middle of an element; the operator holds no address of a row then.</summary>
    public Action Trim { get; init; } = static () => { };

    /// <summary>Gets the counters that CLI, console and metrics show; names in the field's terms: <c>lateRows</c>.</summary>
    public Action<string, long> Count { get; init; } = static (_, _) => { };

    /// <summary>Gets what takes rows that are left out as late, with their batch; null when nobody wants them.</summary>
    public Action<RecordBatch>? Late { get; init; }

    /// <summary>Gets the task's clock: milliseconds that never go back, of no meaning as a date.</summary>
    public Func<long> ClockMs { get; init; } = static () => 0;

    /// <summary>Gets what makes the task call <see cref="Operator.OnTimer"/> of this operator at a time of that clock; the latest call counts.</summary>
    public Action<long> WakeAtMs { get; init; } = static _ => { };

    /// <summary>Gets what runs an action in a later turn of the task and then looks for output; any thread may call it.</summary>
    public Action<Action> Post { get; init; } = static action => action();

    /// <summary>Gets the connectors, for operators that read tables themselves; null where there are none.</summary>
    public ConnectorRegistry? Connectors { get; init; }

    /// <summary>Gets what runs work that blocks beside the task.</summary>
    public LookupWorker Worker { get; init; } = LookupWorker.Inline;

    /// <summary>Gets what receives warnings for the user, one line each.</summary>
    public Action<string> Warn { get; init; } = static _ => { };

    /// <summary>Gets whether the operator only says which states it would keep: it opens nothing outside and is given no row.</summary>
    public bool IsDescription { get; init; }

    /// <summary>Gets the token that ends with the job.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Gets what opens buckets by their address, <c>oss://name</c>.</summary>
    public Func<string, IBucket> OpenBucket { get; init; } = Buckets.Unknown;
}
