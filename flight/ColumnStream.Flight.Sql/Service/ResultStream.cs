using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Sql.Backend;

namespace ColumnStream.Flight.Sql.Service;

/// <summary>Sends the rows of a statement to its client as they come, with a sign of life where none come for long.</summary>
internal sealed class ResultStream(FlightBatchWriter output, FlightCall call, FlightSqlOptions options, TimeProvider time)
{
    /// <summary>Runs a statement and sends its rows until it ends, is cancelled, or the client leaves.</summary>
    /// <exception cref="GrpcException">The statement failed or was cancelled.</exception>
    public async Task RunAsync(ExecutionHandle execution)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation, execution.Cancelled);
        try
        {
            IReadOnlyDictionary<string, object> session = await execution.Prepared.Session.Session.OptionsAsync(
                both.Token).ConfigureAwait(false);
            ISqlResult result = await execution.Prepared.Statement.QueryAsync(
                execution.Parameters, both.Token).ConfigureAwait(false);
            await using (result.ConfigureAwait(false))
            {
                await output.StartAsync(result.Schema, WriterOptions(session)).ConfigureAwait(false);
                TimeSpan quiet = session.TryGetValue(SqlSessionOptions.KeepAlive, out object? own) && own is long milliseconds
                    ? TimeSpan.FromMilliseconds(milliseconds) : options.KeepAlive;
                while (await NextAsync(result, quiet, both).ConfigureAwait(false) is { } batch)
                {
                    await SendAsync(batch).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (execution.Cancelled.IsCancellationRequested)
        {
            throw new GrpcException(GrpcStatusCode.Cancelled, "Query was cancelled by its user.");
        }
    }

    private static IpcWriterOptions WriterOptions(IReadOnlyDictionary<string, object> session) => new()
    {
        Compression = (session.TryGetValue(SqlSessionOptions.Compression, out object? value) ? value as string : null) switch
        {
            "lz4" => IpcCompression.Lz4,
            "zstd" => IpcCompression.Zstd,
            _ => IpcCompression.None,
        },
    };

    private static RecordBatch Empty(Schema schema, BufferAllocator allocator)
    {
        var columns = new ArrayData[schema.Fields.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            using ColumnBuilder builder = ColumnBuilder.Create(schema.Fields[i].Type, allocator, 1);
            columns[i] = builder.Finish();
        }

        return new RecordBatch(schema, columns, 0);
    }

    private async Task SendAsync(RecordBatch batch)
    {
        try
        {
            await output.WriteAsync(batch).ConfigureAwait(false);
        }
        finally
        {
            batch.Release();
        }
    }

    /// <summary>Waits for the next batch, and sends an empty one each time that it was quiet for so long.</summary>
    private async ValueTask<RecordBatch?> NextAsync(ISqlResult result, TimeSpan quiet, CancellationTokenSource ending)
    {
        ValueTask<RecordBatch?> next = result.ReadAsync(ending.Token);
        if (next.IsCompleted || quiet == TimeSpan.Zero)
        {
            return await next.ConfigureAwait(false);
        }

        Task<RecordBatch?> waiting = next.AsTask();
        while (true)
        {
            try
            {
                return await waiting.WaitAsync(quiet, time).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                if (waiting.IsCompleted)
                {
                    // It came as the time was over, or failed by itself.
                    return await waiting.ConfigureAwait(false);
                }

                await SignAsync(result.Schema, waiting, ending).ConfigureAwait(false);
            }
        }
    }

    private async Task SignAsync(Schema schema, Task<RecordBatch?> waiting, CancellationTokenSource ending)
    {
        try
        {
            await SendAsync(Empty(schema, call.Allocator)).ConfigureAwait(false);
        }
        catch
        {
            // Nobody reads any more: what still comes is given back before the result is.
            await ending.CancelAsync().ConfigureAwait(false);
            try
            {
                (await waiting.ConfigureAwait(false))?.Release();
            }
            catch (Exception e) when (e is OperationCanceledException or GrpcException)
            {
                // The end that was asked for; the client is told of the first failure.
            }

            throw;
        }
    }
}
