using System;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
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

    /// <inheritdoc/>
    public Schema Schema => schema;

    /// <inheritdoc/>
    public async ValueTask<RecordBatch?> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            while (_current is { } current)
            {
                if (await current.ReadAsync(cancellation) is { } batch)
                {
                    return batch;
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
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _current, null)?.DisposeAsync() ?? ValueTask.CompletedTask;
}
