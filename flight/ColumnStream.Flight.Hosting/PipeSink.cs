using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight.Hosting;

/// <summary>Writes into a pipe, which copies, and waits wherever much has gathered.</summary>
internal sealed class PipeSink(
    PipeWriter writer, Action beforeFirst, GrpcServerOptions options, CancellationToken cancellation) : ByteSink
{
    private const int Chunk = 64 << 10;
    private int _gathered;
    private bool _isOpen;

    /// <summary>Gets whether a write was given up, so that nothing can follow.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Gets whether that was since the client took nothing for too long.</summary>
    public bool IsIdle { get; private set; }

    public override void Append(ReadOnlySpan<byte> bytes)
    {
        if (!_isOpen)
        {
            _isOpen = true;
            beforeFirst();
        }

        writer.Write(bytes);
        _gathered += bytes.Length;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int now = Math.Min(bytes.Length, Chunk);
            Append(bytes.Span[..now]);
            bytes = bytes[now..];
            if (_gathered >= Chunk)
            {
                await FlushAsync().ConfigureAwait(false);
            }
        }
    }

    public override async ValueTask FlushAsync()
    {
        _gathered = 0;
        // The pipe is not given the token: it would answer by aborting the stream with an internal error.
        ValueTask<FlushResult> flush = writer.FlushAsync(CancellationToken.None);
        FlushResult result;
        if (flush.IsCompletedSuccessfully)
        {
            result = await flush.ConfigureAwait(false);
        }
        else
        {
            IsBroken = true;
            result = await WaitAsync(flush.AsTask()).ConfigureAwait(false);
            IsBroken = false;
        }

        if (result.IsCompleted || result.IsCanceled)
        {
            IsBroken = true;
            // The call itself may be told of it only later, so that this must say by itself that it is no error of the server.
            throw new GrpcException(GrpcStatusCode.Cancelled, "The client no longer reads.");
        }
    }

    private async Task<FlushResult> WaitAsync(Task<FlushResult> flush)
    {
        TimeSpan idle = options.IdleTimeout;
        try
        {
            return await flush.WaitAsync(idle == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : idle, options.Time, cancellation)
                .ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            if (flush.IsCompleted)
            {
                // The client took it as the time was over.
                return await flush.ConfigureAwait(false);
            }

            IsIdle = true;
            throw new GrpcException(options.OwnStatus(
                GrpcStatusCode.DeadlineExceeded, $"The client took nothing of the answer for {idle} (--idle-timeout)."));
        }
    }
}
