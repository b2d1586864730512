using System;
using System.Buffers.Binary;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight.Http2;

/// <summary>Sends a connection's frames: data as far as the server's windows reach, and everything else in front of it.</summary>
/// <remarks>
/// Thread-safe. Whoever holds the turn writes; frames that are no data are queued without a wait and leave with the next turn, so
/// that the reader of the connection never waits for the server to read.
/// </remarks>
internal sealed class Http2Output
{
    /// <summary>The most bytes of a frame that are sent, whatever the server takes: so long do others wait.</summary>
    public const int MostFrameBytes = 256 << 10;

    private const int DefaultWindow = 65535;
    private const int DefaultFrameBytes = 16 << 10;
    private const int MostQueuedBytes = 1 << 20;

    // A body that is as short as this is copied behind its head, which saves a system call.
    private const int MostCopied = 8 << 10;

    // So long may the rest of a frame take whose call was broken off; then the connection is given up.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private readonly Http2Wire _wire;
    private readonly Action<Exception> _fail;
    private readonly Action<Exception> _broken;
    private readonly CancellationTokenSource _stuck;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lock _gate = new();
    private MemoryStream _queued = new();
    private MemoryStream _leaving = new();
    private long _window = DefaultWindow;
    private int _streamWindow = DefaultWindow;
    private int _frameBytes = DefaultFrameBytes;
    private Task _flushing = Task.CompletedTask;
    private volatile bool _isBroken;

    /// <param name="wire">What carries the frames.</param>
    /// <param name="time">The clock of its patience.</param>
    /// <param name="fail">What ends the connection.</param>
    /// <param name="broken">What is told that nothing can be sent any more, while something may still be there to read.</param>
    public Http2Output(Http2Wire wire, TimeProvider time, Action<Exception> fail, Action<Exception> broken)
    {
        _wire = wire;
        _fail = fail;
        _broken = broken;
        _stuck = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _stuck.Token.Register(() => _fail(new IOException("The server does not take the rest of a frame.")));
    }

    /// <summary>Queues a frame with at most 16 KiB behind its head, and begins to send.</summary>
    public void Queue(FrameType type, int flags, int stream, ReadOnlySpan<byte> payload)
    {
        bool isFlooded;
        lock (_gate)
        {
            Add(type, flags, stream, payload);
            isFlooded = _queued.Length > MostQueuedBytes;
        }

        if (isFlooded)
        {
            _fail(Http2Error.Of(Http2Error.EnhanceYourCalm, "The server asks for more answers than it reads."));
            return;
        }

        Flush();
    }

    /// <summary>Queues a frame as others, without beginning to send: a call does so under its own gate.</summary>
    public void Add(FrameType type, int flags, int stream, ReadOnlySpan<byte> payload)
    {
        lock (_gate)
        {
            Append(_queued, new FrameHead(payload.Length, type, flags, stream), payload);
        }
    }

    /// <summary>Queues bytes that are no frame: the greeting of a connection.</summary>
    public void QueueGreeting(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            _queued.Write(bytes);
        }
    }

    /// <summary>Queues a frame whose payload is an integer.</summary>
    public void Queue(FrameType type, int stream, uint value)
    {
        Span<byte> payload = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(payload, value);
        Queue(type, 0, stream, payload);
    }

    /// <summary>Queues a block of headers, in as many frames as it needs, without beginning to send.</summary>
    public void QueueHeaders(int stream, ReadOnlySpan<byte> block)
    {
        lock (_gate)
        {
            FrameType type = FrameType.Headers;
            do
            {
                ReadOnlySpan<byte> part = block[..Math.Min(block.Length, DefaultFrameBytes)];
                block = block[part.Length..];
                Append(_queued, new FrameHead(part.Length, type, block.IsEmpty ? FrameHead.EndHeaders : 0, stream), part);
                type = FrameType.Continuation;
            }
            while (!block.IsEmpty);
        }
    }

    /// <summary>Gives a stream the window that the server allows at its begin.</summary>
    public void Open(Http2Stream stream)
    {
        lock (_gate)
        {
            stream.SendWindow = _streamWindow;
        }
    }

    /// <summary>Takes the server's word on frames and on windows of streams; the change is the caller's to give to open streams.</summary>
    /// <returns>By how much every open stream's window changes.</returns>
    public int Configure(int? streamWindow, int? frameBytes)
    {
        lock (_gate)
        {
            int change = (streamWindow ?? _streamWindow) - _streamWindow;
            _streamWindow += change;
            _frameBytes = Math.Min(frameBytes ?? _frameBytes, MostFrameBytes);
            return change;
        }
    }

    /// <summary>Widens or narrows a stream's window; false where it leaves the bounds.</summary>
    public bool Widen(Http2Stream stream, long bytes)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            if (stream.SendWindow + bytes > int.MaxValue)
            {
                return false;
            }

            stream.SendWindow += bytes;
            waiting = stream.TakeWriter();
        }

        waiting?.TrySetResult();
        return true;
    }

    /// <summary>Widens the connection's window, after which its streams have to be woken; false where it leaves the bounds.</summary>
    public bool Widen(long bytes)
    {
        lock (_gate)
        {
            _window += bytes;
            return _window <= int.MaxValue;
        }
    }

    /// <summary>Lets a stream's writer look at its windows and its state again.</summary>
    public void Wake(Http2Stream stream)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            waiting = stream.TakeWriter();
        }

        waiting?.TrySetResult();
    }

    /// <summary>Sends bytes of a stream; both are borrowed until the task completes.</summary>
    public async ValueTask SendAsync(
        Http2Stream stream, ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        while (head.Length + body.Length > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            await _turn.WaitAsync(cancellation).ConfigureAwait(false);
            Task? window = null;
            try
            {
                int fromBody = Prepare(stream, ref head, ref body, out window);
                ReadOnlyMemory<byte> now = body[..fromBody];
                body = body[fromBody..];
                await WriteAsync(now, cancellation).ConfigureAwait(false);
            }
            finally
            {
                End();
            }

            if (window is not null)
            {
                await window.WaitAsync(cancellation).ConfigureAwait(false);
            }
        }
    }

    private static void Append(MemoryStream target, FrameHead head, ReadOnlySpan<byte> payload)
    {
        Span<byte> bytes = stackalloc byte[FrameHead.Bytes];
        head.Write(bytes);
        target.Write(bytes);
        target.Write(payload);
    }

    /// <summary>
    /// Puts what is queued, the head of a frame and its first bytes together; returns the bytes of the body that follow, and what to
    /// wait for where the windows are closed.
    /// </summary>
    private int Prepare(Http2Stream stream, ref ReadOnlyMemory<byte> head, ref ReadOnlyMemory<byte> body, out Task? window)
    {
        lock (_gate)
        {
            Gather();
            // A stream that was reset has its reset in front of this frame, which must not follow.
            stream.ThrowIfClosed();
            int bytes = (int)Math.Min(
                Math.Min(head.Length + (long)body.Length, _frameBytes), Math.Min(stream.SendWindow, _window));
            if (bytes <= 0)
            {
                window = stream.AwaitWindow();
                return 0;
            }

            window = null;
            stream.SendWindow -= bytes;
            _window -= bytes;
            ReadOnlyMemory<byte> first = head[..Math.Min(bytes, head.Length)];
            head = head[first.Length..];
            Append(_leaving, new FrameHead(bytes, FrameType.Data, 0, stream.Id), first.Span);
            bytes -= first.Length;
            if (bytes <= MostCopied)
            {
                _leaving.Write(body.Span[..bytes]);
                body = body[bytes..];
                return 0;
            }

            return bytes;
        }
    }

    /// <summary>Moves what is queued behind what leaves now; the turn and the gate are held.</summary>
    private void Gather()
    {
        if (_leaving.Length == 0)
        {
            (_queued, _leaving) = (_leaving, _queued);
        }
        else
        {
            _queued.WriteTo(_leaving);
            _queued.SetLength(0);
        }
    }

    /// <summary>Writes what leaves now, and a body behind it; the turn is held.</summary>
    private async ValueTask WriteAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        // A frame that was begun must end, or nothing can follow on this connection.
        CancellationTokenRegistration registration = cancellation.UnsafeRegister(
            static state => ((Http2Output)state!)._stuck.CancelAfter(s_patience), this);
        try
        {
            ReadOnlyMemory<byte> first = _leaving.GetBuffer().AsMemory(0, (int)_leaving.Length);
            await _wire.WriteAsync(first).ConfigureAwait(false);
            _leaving.SetLength(0);
            await _wire.WriteAsync(body).ConfigureAwait(false);
        }
        catch (Exception error) when (GrpcClientCall.IsTransport(error))
        {
            // The turn is held: once.
            bool isFirst = !_isBroken;
            _isBroken = true;
            if (isFirst)
            {
                _broken(error);
            }

            throw;
        }
        finally
        {
            await registration.DisposeAsync().ConfigureAwait(false);
            if (cancellation.IsCancellationRequested)
            {
                _stuck.CancelAfter(Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Begins to send what is queued, where nobody sends.</summary>
    public void Flush()
    {
        if (!_isBroken && _turn.Wait(0))
        {
            _flushing = FlushAsync();
        }
    }

    /// <summary>Sends what is queued; the turn is held.</summary>
    private async Task FlushAsync()
    {
        try
        {
            while (TryGather())
            {
                await WriteAsync(default, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (GrpcClientCall.IsTransport(error))
        {
            // The connection has failed, which its calls are told.
        }
        finally
        {
            End();
        }
    }

    private bool TryGather()
    {
        lock (_gate)
        {
            Gather();
            return _leaving.Length > 0;
        }
    }

    /// <summary>Gives the turn up, and takes it again where something was queued in the meantime that nobody else will send.</summary>
    private void End()
    {
        _turn.Release();
        bool isLeft;
        lock (_gate)
        {
            isLeft = _queued.Length + _leaving.Length > 0;
        }

        if (isLeft)
        {
            Flush();
        }
    }
}
