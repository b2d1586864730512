using System;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight.Sql.Backend;
using ColumnStream.Server.Session;

namespace ColumnStream.Server.Hosting;

/// <summary>Hands the rows of statements that run one after the other to Flight SQL's service.</summary>
/// <param name="schema">The columns of every batch.</param>
/// <param name="first">The first statement, which runs.</param>
/// <param name="next">Starts the next one, or gives null behind the last.</param>
internal sealed class FlightResult(
    Schema schema, StatementResult first, Func<CancellationToken, Task<StatementResult?>> next) : ISqlResult
{
    private StatementResult? _current = first;
    private long _rows;

    /// <inheritdoc/>
    public Schema Schema => schema;

    /// <summary>Gets what casts columns for older readers, or null; it is the result's.</summary>
    public BasicTypes? Basic { get; init; }

    /// <summary>Gets the rows behind which a statement whose rows have no end is over.</summary>
    public long MaxRows { get; init; } = long.MaxValue;

    /// <summary>Gets what pays for the batch that is cut there.</summary>
    public required BufferAllocator Memory { get; init; }

    /// <inheritdoc/>
    public async ValueTask<RecordBatch?> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            while (_current is { } current)
            {
                bool isOver = current.IsUnbounded && _rows >= MaxRows;
                if (!isOver && await current.ReadAsync(cancellation) is { } batch)
                {
                    return Shown(current.IsUnbounded ? Cut(batch) : batch);
                }

                _current = null;
                await current.DisposeAsync();
                _current = await next(cancellation);
            }

            return null;
        }
        catch (Exception failure) when (ErrorStatus.Of(failure) is not null && !cancellation.IsCancellationRequested)
        {
            throw ErrorStatus.Wrap(failure);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _current, null) is { } current)
        {
            await current.DisposeAsync();
        }

        Basic?.Dispose();
    }

    private RecordBatch Cut(RecordBatch batch)
    {
        long left = MaxRows - _rows;
        _rows += batch.Length;
        if (batch.Length <= left)
        {
            return batch;
        }

        RecordBatch cut = batch.Slice(0, (int)left, Memory);
        batch.Release();
        return cut;
    }

    private RecordBatch Shown(RecordBatch batch)
    {
        if (Basic is null)
        {
            return batch;
        }

        try
        {
            return Basic.Cast(batch);
        }
        finally
        {
            batch.Release();
        }
    }
}
