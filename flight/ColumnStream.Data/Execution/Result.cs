using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Types;
using ColumnStream.Data.Telemetry;
using ColumnStream.Flight;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Data.Execution;

/// <summary>Is what a statement gave: batches from one or more endpoints, or only a number of rows.</summary>
internal sealed class Result : IAsyncDisposable
{
    private readonly ColumnStreamConnection? _connection;
    private readonly GrpcCallOptions? _options;
    private readonly CancellationTokenSource? _ending;
    private readonly Queue<FlightEndpoint> _endpoints = new();
    private FlightBatchReader? _reader;

    /// <summary>Makes a result of a query; it owns <paramref name="ending"/>, which the options' token belongs to.</summary>
    public Result(
        ColumnStreamConnection connection, FlightInfo info, Schema schema, GrpcCallOptions options, CancellationTokenSource ending)
    {
        _connection = connection;
        _options = options;
        _ending = ending;
        Schema = schema;
        foreach (FlightEndpoint endpoint in info.Endpoints)
        {
            _endpoints.Enqueue(endpoint);
        }
    }

    /// <summary>Makes a result without rows.</summary>
    public Result(Schema? schema, long recordsAffected)
    {
        Schema = schema;
        RecordsAffected = recordsAffected;
    }

    /// <summary>Gets the columns, or null where there is no result set.</summary>
    public Schema? Schema { get; private set; }

    /// <summary>Gets the rows changed, or -1.</summary>
    public long RecordsAffected { get; } = -1;

    /// <summary>Begins to read, so that errors of the start show here: waits for the columns of the first endpoint.</summary>
    public async Task OpenAsync()
    {
        if (_endpoints.Count > 0)
        {
            _reader = await _connection!.Client.ReadAsync(_endpoints.Dequeue(), _options).ConfigureAwait(false);
            Schema = await _reader.ReadSchemaAsync().ConfigureAwait(false) ?? Schema;
        }
    }

    /// <summary>Waits for the next batch, which the caller releases; null at the end.</summary>
    public async ValueTask<RecordBatch?> ReadAsync(CancellationToken cancellation)
    {
        using CancellationTokenRegistration _ = cancellation.UnsafeRegister(
            static source => ((CancellationTokenSource?)source)?.Cancel(), _ending);
        try
        {
            while (_reader is not null)
            {
                if (await _reader.ReadAsync().ConfigureAwait(false) is not { } message)
                {
                    await _reader.DisposeAsync().ConfigureAwait(false);
                    _reader = null;
                    await OpenAsync().ConfigureAwait(false);
                }
                else if (message.Batch is { } batch)
                {
                    Metrics.RowsRead.Add(batch.Length, _connection!.Source.Pool.Tags);
                    Metrics.BytesRead.Add(message.BodyBytes, _connection.Source.Pool.Tags);
                    return batch;
                }
            }

            return null;
        }
        catch (GrpcException e)
        {
            throw _connection!.Failed(e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw ColumnStreamException.Cancelled(e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _endpoints.Clear();
        if (_reader is not null)
        {
            await _reader.DisposeAsync().ConfigureAwait(false);
            _reader = null;
        }

        _ending?.Dispose();
    }
}
