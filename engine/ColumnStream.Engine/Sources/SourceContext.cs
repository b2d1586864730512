using System;
using System.Threading;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Engine.Sources;

/// <summary>Gives a source reader everything that it may use.</summary>
/// <param name="Table">The table to read.</param>
/// <param name="Projection">Columns to give, as indices into the table's columns.</param>
/// <param name="Allocator">Account of the task.</param>
/// <param name="Time">The clock.</param>
/// <param name="Random">Seeded randomness.</param>
/// <param name="Subtask">Position among the readers; a split belongs to reader <c>Hash64(id) % Parallelism</c>.</param>
/// <param name="Parallelism">Number of readers.</param>
/// <param name="MaxRows">Largest batch.</param>
/// <param name="IsBatch">Whether the job runs in batch mode.</param>
public sealed record SourceContext(
    TableSpec Table,
    ValueList<int> Projection,
    BufferAllocator Allocator,
    TimeProvider Time,
    Random Random,
    int Subtask,
    int Parallelism,
    int MaxRows,
    bool IsBatch)
{
    /// <summary>Gets what makes the task poll again now; callable from any thread.</summary>
    public Action Wake { get; init; } = static () => { };

    /// <summary>Gets what makes the task poll again after a delay, on the task's own clock.</summary>
    public Action<TimeSpan> WakeAfter { get; init; } = static _ => { };

    /// <summary>Gets the counters that CLI, console and metrics show: <c>parseErrors</c>, <c>bytesRead</c>.</summary>
    public Action<string, long> Count { get; init; } = static (_, _) => { };

    /// <summary>Gets what receives warnings for the user, one line each.</summary>
    public Action<string> Warn { get; init; } = static _ => { };

    /// <summary>Gets the token that ends work outside the task.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Gets what opens buckets by their address, <c>oss://name</c>.</summary>
    public Func<string, IBucket> OpenBucket { get; init; } = Buckets.Unknown;
}
