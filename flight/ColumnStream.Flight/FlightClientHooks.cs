using System;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight;

/// <summary>Ties a client's readers and writers to their call.</summary>
internal sealed class FlightClientHooks(GrpcClientCall call) : FlightStreamHooks
{
    private int _readers;

    public override ValueTask<FrameReader> OpenAsync() => call.OpenReaderAsync();

    public override async ValueTask<bool> GuardAsync(ValueTask<bool> read)
    {
        Interlocked.Increment(ref _readers);
        try
        {
            return await call.GuardAsync(read).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _readers);
        }
    }

    public override async ValueTask GuardAsync(ValueTask write)
    {
        try
        {
            await write.ConfigureAwait(false);
        }
        catch (Exception error) when (GrpcClientCall.IsTransport(error))
        {
            throw await call.WriteFailedAsync(error, canRead: Volatile.Read(ref _readers) == 0).ConfigureAwait(false);
        }
    }

    public override async ValueTask EndAsync() => await call.EndAsync().ConfigureAwait(false);

    public override ValueTask CloseAsync() => call.DisposeAsync();
}
