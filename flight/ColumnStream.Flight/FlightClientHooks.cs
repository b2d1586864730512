using System;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight;

/// <summary>Ties a client's readers and writers to their call.</summary>
/// <param name="call">The call.</param>
/// <param name="turn">Who reads answers that a writer whose write failed may pass over; null where they are the reader's alone.</param>
internal sealed class FlightClientHooks(GrpcClientCall call, SemaphoreSlim? turn = null) : FlightStreamHooks
{
    public override ValueTask<FrameReader> OpenAsync() => call.OpenReaderAsync();

    public override ValueTask<bool> GuardAsync(ValueTask<bool> read) => call.GuardAsync(read);

    public override async ValueTask GuardAsync(ValueTask write)
    {
        try
        {
            await write.ConfigureAwait(false);
        }
        catch (Exception error) when (GrpcClientCall.IsTransport(error))
        {
            bool canRead = turn?.Wait(0) == true;
            try
            {
                throw await call.WriteFailedAsync(error, canRead).ConfigureAwait(false);
            }
            finally
            {
                if (canRead)
                {
                    turn!.Release();
                }
            }
        }
    }

    public override async ValueTask EndAsync() => await call.EndAsync().ConfigureAwait(false);

    public override ValueTask CloseAsync() => call.DisposeAsync();
}
