using System;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Server.Session;

/// <summary>Is what one statement came to: rows that are read batch by batch, or a count.</summary>
/// <remarks>Disposing it ends what still runs for it. One reader at a time.</remarks>
internal abstract class StatementResult : IAsyncDisposable
{
    /// <summary>Gets the schema of the rows; without columns where there are none.</summary>
    public Schema Schema { get; init; } = new();

    /// <summary>Gets one line about it: <c>CREATE TABLE orders</c>.</summary>
    public string Summary { get; init; } = string.Empty;

    /// <summary>Gets the rows written, 0 for a definition, or -1 where nobody knows yet.</summary>
    public long UpdateCount { get; init; } = -1;

    /// <summary>Gets the name of the job that an INSERT started, or null.</summary>
    public string? JobId { get; init; }

    /// <summary>Gets whether the rows go on without an end.</summary>
    public bool IsUnbounded { get; init; }

    /// <summary>Takes the next batch, which is the caller's then; null behind the last one.</summary>
    /// <exception cref="Engine.Errors.ColumnStreamException">The statement failed.</exception>
    public abstract ValueTask<RecordBatch?> ReadAsync(CancellationToken cancellation);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
