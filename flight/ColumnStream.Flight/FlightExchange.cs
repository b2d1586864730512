using System;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight;

/// <summary>Sends and receives streams of batches at once.</summary>
/// <remarks>
/// One writer and one reader, which may work at once. Disposing before the end breaks the call off. Where the server ends it before
/// everything was sent, the reader is told why, behind the answers; a write that fails for that knows no more than the answer's headers.
/// </remarks>
public sealed class FlightExchange : IAsyncDisposable
{
    private readonly GrpcClientCall _call;

    internal FlightExchange(GrpcClientCall call, FlightBatchWriter writer, FlightBatchReader reader)
    {
        _call = call;
        Writer = writer;
        Reader = reader;
    }

    /// <summary>Gets what takes batches for the server.</summary>
    public FlightBatchWriter Writer { get; }

    /// <summary>Gets what delivers the server's batches.</summary>
    public FlightBatchReader Reader { get; }

    /// <summary>Says that no batch follows.</summary>
    public async ValueTask CompleteAsync()
    {
        await Writer.FinishAsync().ConfigureAwait(false);
        Writer.Close();
        _call.CompleteWrites();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Writer.Close();
        return Reader.DisposeAsync();
    }
}
