using System;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight;

/// <summary>Uploads a stream of batches and reads the server's answers to it.</summary>
/// <remarks>One writer and one reader, which may work at once. Disposing before the end breaks the call off.</remarks>
public sealed class FlightUpload : IAsyncDisposable
{
    private readonly GrpcClientCall _call;
    private readonly SemaphoreSlim _turn;

    internal FlightUpload(GrpcClientCall call, FlightBatchWriter writer, SemaphoreSlim turn)
    {
        _call = call;
        _turn = turn;
        Writer = writer;
    }

    /// <summary>Gets what takes the batches.</summary>
    public FlightBatchWriter Writer { get; }

    /// <summary>Says that no batch follows.</summary>
    public async ValueTask CompleteAsync()
    {
        await Writer.FinishAsync().ConfigureAwait(false);
        Writer.Close();
        _call.CompleteWrites();
    }

    /// <summary>Reads the server's next answer; null at the end of an upload that succeeded.</summary>
    /// <exception cref="GrpcException">The upload failed.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadResultAsync()
    {
        // A writer whose write failed reads up to the status, but not while another reads.
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!await _call.MoveNextAsync().ConfigureAwait(false))
            {
                return null;
            }

            Protos.PutResult result = await _call.ReadMessageAsync(Protos.PutResult.Parser).ConfigureAwait(false);
            return result.AppMetadata.Memory;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Writer.Close();
        return _call.DisposeAsync();
    }
}
