using System;
using System.Threading;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Engine.Lookups;

/// <summary>Gives a lookup table everything that it may use.</summary>
/// <param name="Table">The table.</param>
/// <param name="Keys">Key columns, as indices into the table's columns.</param>
/// <param name="Projection">Columns to give, as indices into the table's columns.</param>
/// <param name="Allocator">Account of the task; any thread may use it.</param>
/// <param name="Time">The clock.</param>
/// <param name="Random">Seeded randomness, for calls in turns of the task only.</param>
public sealed record LookupContext(
    TableSpec Table,
    ValueList<int> Keys,
    ValueList<int> Projection,
    BufferAllocator Allocator,
    TimeProvider Time,
    Random Random)
{
    /// <summary>Gets what runs work that blocks.</summary>
    public LookupWorker Worker { get; init; } = LookupWorker.Inline;

    /// <summary>Gets the store of the job, or null where it has none.</summary>
    public IObjectStore? Store { get; init; }

    /// <summary>Gets the counters that CLI, console and metrics show.</summary>
    public Action<string, long> Count { get; init; } = static (_, _) => { };

    /// <summary>Gets what receives warnings for the user, one line each.</summary>
    public Action<string> Warn { get; init; } = static _ => { };

    /// <summary>Gets the token that ends with the job.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Gets what opens buckets by their address, <c>oss://name</c>.</summary>
    public Func<string, IBucket> OpenBucket { get; init; } = Buckets.Unknown;
}
