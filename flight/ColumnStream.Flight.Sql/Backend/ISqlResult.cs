using System;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight.Sql.Backend;

/// <summary>
/// Is a stream of batches, read by one caller; no more than a few batches wait for it, so that a slow reader holds its job back.
/// Disposing it before the end ends the job behind it within a second.
/// </summary>
public interface ISqlResult : IAsyncDisposable
{
    /// <summary>Gets the columns of every batch.</summary>
    Schema Schema { get; }

    /// <summary>Waits for the next batch, which the caller releases; null at the end. An empty batch is a sign of life.</summary>
    /// <exception cref="GrpcException">The job failed.</exception>
    ValueTask<RecordBatch?> ReadAsync(CancellationToken cancellation);
}
