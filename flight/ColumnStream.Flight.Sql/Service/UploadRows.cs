using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Sql.Backend;

namespace ColumnStream.Flight.Sql.Service;

/// <summary>Gives the batches of an upload as they come.</summary>
internal sealed class UploadRows : ISqlResult
{
    private readonly FlightBatchReader _input;

    private UploadRows(FlightBatchReader input, Schema schema)
    {
        _input = input;
        Schema = schema;
    }

    /// <inheritdoc/>
    public Schema Schema { get; }

    /// <summary>Waits for the schema of <paramref name="input"/>, which stays the caller's.</summary>
    /// <exception cref="GrpcException">There is none.</exception>
    public static async ValueTask<UploadRows> OpenAsync(FlightBatchReader input) =>
        new(input, await input.ReadSchemaAsync().ConfigureAwait(false)
            ?? throw new GrpcException(
                GrpcStatusCode.InvalidArgument, "Upload has no schema, expected one before the first batch."));

    /// <inheritdoc/>
    public async ValueTask<RecordBatch?> ReadAsync(CancellationToken cancellation)
    {
        while (await _input.ReadAsync().ConfigureAwait(false) is { } message)
        {
            if (message.Batch is { } batch)
            {
                return batch;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
