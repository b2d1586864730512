using System;
using System.IO;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight.Http2;

/// <summary>Sends a request's bytes, and keeps the first of them until the server has taken the request.</summary>
/// <remarks>
/// A server that refuses a call, or leaves before it, says that it did nothing of it (RFC 9113, section 8.7): then it is sent again.
/// A request that is longer than what is kept is not.
/// </remarks>
internal sealed class Http2Upload
{
    private const int MostKept = 64 << 10;
    private readonly SemaphoreSlim _turn = new(1);
    private volatile MemoryStream? _kept = new();
    private volatile Http2Stream _stream;

    public Http2Upload(Http2Stream stream) => _stream = stream;

    /// <summary>Gets whether all that was sent can be sent again.</summary>
    public bool IsKept => _kept is not null;

    /// <summary>Sends bytes, which are borrowed until the task completes; a refusal is not this one's to tell where all is kept.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        if (_kept is null)
        {
            await _stream.Connection.Output.SendAsync(_stream, head, body, cancellation).ConfigureAwait(false);
            return;
        }

        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        Http2Stream stream = _stream;
        try
        {
            Keep(head, body);
            await stream.Connection.Output.SendAsync(stream, head, body, cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (_kept is not null && MayBeRefusal(error))
        {
            // Where it was refused, it goes with what is sent again.
            if (!await IsRefusedAsync(stream).ConfigureAwait(false))
            {
                throw;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Goes on with another call, to which it sends what was kept.</summary>
    public async ValueTask GoOnAsync(Http2Stream stream, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            MemoryStream kept = _kept ?? throw new IOException("The server refused the call after much of it was sent.");
            _stream = stream;
            await stream.Connection.Output.SendAsync(
                stream, kept.GetBuffer().AsMemory(0, (int)kept.Length), default, cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (MayBeRefusal(error))
        {
            // Whoever waits for the answer is told of a refusal too, and tries again.
            if (!await IsRefusedAsync(stream).ConfigureAwait(false))
            {
                throw;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Forgets what was kept: the server has taken the request.</summary>
    public void Forget() => _kept = null;

    /// <summary>Returns whether an error says that the server did nothing of a call.</summary>
    public static bool IsRefusal(Exception? error) => error is HttpProtocolException { ErrorCode: Http2Error.RefusedStream };

    private static bool MayBeRefusal(Exception error) =>
        error is not OperationCanceledException && GrpcClientCall.IsTransport(error);

    /// <summary>
    /// Waits until it is known how a call ended that could not be sent, and returns whether the server refused it: writing may fail before
    /// what the server said at its leaving is read.
    /// </summary>
    private static async Task<bool> IsRefusedAsync(Http2Stream stream)
    {
        Task headers = stream.Headers.Task;
        await headers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return IsRefusal(headers.Exception?.InnerException);
    }

    private void Keep(ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> body)
    {
        if (_kept is not { } kept)
        {
            return;
        }

        if (kept.Length + head.Length + body.Length > MostKept)
        {
            _kept = null;
            return;
        }

        kept.Write(head.Span);
        kept.Write(body.Span);
    }
}
