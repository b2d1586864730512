using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using System.Threading.Tasks.Sources;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight.Http2;

/// <summary>Holds one call's part of a connection: what came and was not read yet, its windows, and how it ends.</summary>
/// <remarks>
/// One reader. Bytes go straight into the reader's target where it waits, always under the gate: a reader that gives up has its target
/// back at once.
/// </remarks>
internal sealed class Http2Stream : ByteSource, IValueTaskSource<bool>
{
    private const int ChunkBytes = 64 << 10;
    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _chunks = new();
    private readonly int _windowBytes;
    private ManualResetValueTaskSourceCore<bool> _arrival = new() { RunContinuationsAsynchronously = true };
    private TaskCompletionSource? _writer;
    private volatile Exception? _closed;
    private Exception? _failure;
    private byte[] _tail = [];
    private Memory<byte> _target;
    private int _wanted;
    private int _filled;
    private int _buffered;
    private int _headStart;
    private int _tailEnd;
    private int _window;
    private int _consumed;
    private bool _isWaiting;
    private bool _isEnded;
    private bool _isCompleted;

    public Http2Stream(Http2Connection connection, int id, int windowBytes)
    {
        Connection = connection;
        Id = id;
        _windowBytes = windowBytes;
        _window = windowBytes;
    }

    public Http2Connection Connection { get; }

    public int Id { get; }

    /// <summary>Gets or sets the bytes that may be sent; guarded by the output.</summary>
    public long SendWindow { get; set; }

    /// <summary>Gets what comes with the headers of the answer.</summary>
    public TaskCompletionSource<List<KeyValuePair<string, string>>> Headers { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets what came behind the answer.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Trailers { get; private set; } = [];

    /// <summary>Says that nothing more will be sent.</summary>
    public void CompleteWrites()
    {
        bool isOver;
        lock (_gate)
        {
            if (_isCompleted || _closed is not null)
            {
                return;
            }

            _isCompleted = true;
            isOver = _isEnded;
            // Under the gate, or it might follow a reset, which servers answer with the end of the connection.
            Connection.Output.Add(FrameType.Data, FrameHead.EndStream, Id, []);
        }

        Connection.Output.Flush();
        if (isOver)
        {
            Connection.Remove(this);
        }
    }

    /// <summary>Breaks the call off, unless it has ended.</summary>
    public void Abort(Exception error)
    {
        if (TryClose(error, keepsAnswer: false))
        {
            // Before the call's place is free: another in front of its reset would be one too many for the server.
            Span<byte> code = [0, 0, 0, Http2Error.Cancel];
            Connection.Output.Queue(FrameType.Reset, 0, Id, code);
            Connection.Remove(this);
        }
    }

    /// <summary>Ends the call as the server or the connection did, with what readers and writers are told.</summary>
    public void Close(Exception error)
    {
        if (TryClose(error, keepsAnswer: true))
        {
            Connection.Remove(this);
        }
    }

    /// <summary>Throws where nothing can be sent any more.</summary>
    public void ThrowIfClosed()
    {
        if (_closed is { } error)
        {
            throw new IOException(error.Message, error);
        }
    }

    /// <summary>Returns what completes when the window may have opened; the output guards it.</summary>
    public Task AwaitWindow() => (_writer ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Takes whom to wake when the window may have opened; the output guards it.</summary>
    public TaskCompletionSource? TakeWriter()
    {
        TaskCompletionSource? writer = _writer;
        _writer = null;
        return writer;
    }

    /// <summary>Takes headers: of an answer, or behind it.</summary>
    public void Take(List<KeyValuePair<string, string>> headers, bool isEnd)
    {
        if (Headers.Task.IsCompleted)
        {
            // Where it has no headers, the call was broken off just now.
            if (!Headers.Task.IsFaulted)
            {
                Trailers = isEnd ? headers : throw Http2Error.Of(Http2Error.Protocol, "Headers came in the middle of an answer.");
            }
        }
        else if (ClientAnswer.Find(headers, ":status") is not { Length: 3 } status)
        {
            throw Http2Error.Of(Http2Error.Protocol, "Answer has no status.");
        }
        else if (status[0] != '1')
        {
            Headers.TrySetResult(headers);
        }
        else if (isEnd)
        {
            throw Http2Error.Of(Http2Error.Protocol, "Answer ends before it begins.");
        }
    }

    /// <summary>Holds a frame of data against the window.</summary>
    public void Spend(int bytes)
    {
        lock (_gate)
        {
            if (bytes > _window || _isEnded || !Headers.Task.IsCompleted)
            {
                throw bytes > _window
                    ? Http2Error.Of(Http2Error.FlowControl, $"The server sends more than was asked for: {bytes}, {_window} bytes.")
                    : Http2Error.Of(Http2Error.Protocol, "Data came where none may be.");
            }

            _window -= bytes;
        }
    }

    /// <summary>Gives back the window of bytes that nobody will read.</summary>
    public void Refund(int bytes) => Credit(bytes);

    /// <summary>Takes the end of the answer.</summary>
    public void End()
    {
        bool isOver;
        lock (_gate)
        {
            _isEnded = true;
            isOver = _isCompleted;
            Arrive();
        }

        if (isOver)
        {
            Connection.Remove(this);
        }
    }

    /// <summary>Takes bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        int direct = 0;
        lock (_gate)
        {
            while (!bytes.IsEmpty && _failure is null)
            {
                Span<byte> room = Room(out bool isTarget).Span;
                int now = Math.Min(room.Length, bytes.Length);
                bytes[..now].CopyTo(room);
                bytes = bytes[now..];
                direct += isTarget ? now : 0;
                Advance(now, isTarget);
            }
        }

        Credit(direct);
    }

    /// <summary>Receives at most so many bytes without a wait; returns how many, 0 at the end, -1 where none have come.</summary>
    public int Receive(Socket socket, int most)
    {
        int received;
        bool isTarget;
        lock (_gate)
        {
            Memory<byte> room = Room(out isTarget);
            room = room[..Math.Min(room.Length, most)];
            received = socket.Receive(room.Span, SocketFlags.None, out SocketError error);
            if (error != SocketError.Success)
            {
                return error == SocketError.WouldBlock ? -1 : throw new IOException($"Connection broke: {error}.");
            }

            if (_failure is null)
            {
                Advance(received, isTarget);
            }
        }

        Credit(isTarget ? received : 0);
        return received;
    }

    public override ValueTask<bool> FillAsync(int count)
    {
        bool isThere;
        lock (_gate)
        {
            isThere = _buffered >= count && _failure is null;
        }

        return isThere ? new(true) : FillSlowAsync(count);
    }

    public override int Peek(Span<byte> target)
    {
        lock (_gate)
        {
            int count = Math.Min(target.Length, _buffered);
            int done = 0;
            int start = _headStart;
            foreach (byte[] chunk in _chunks)
            {
                int now = Math.Min(count - done, ChunkBytes - start);
                chunk.AsSpan(start, now).CopyTo(target[done..]);
                done += now;
                start = 0;
                if (done == count)
                {
                    break;
                }
            }

            return count;
        }
    }

    public override void Skip(int count)
    {
        lock (_gate)
        {
            Consume(count);
        }

        Credit(count);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> target)
    {
        int done = Peek(target.Span);
        Skip(done);
        if (done < target.Length)
        {
            ValueTask<bool> arrival = WaitAsync(0, target[done..]);
            Credit(0);
            await arrival.ConfigureAwait(false);
            done += _filled;
        }

        return done;
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _arrival.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _arrival.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _arrival.OnCompleted(continuation, state, token, flags);

    /// <summary>Ends the call; returns whether it had not ended before.</summary>
    /// <param name="error">What readers and writers are told.</param>
    /// <param name="keepsAnswer">Whether an answer that has come to its end can still be read.</param>
    private bool TryClose(Exception error, bool keepsAnswer)
    {
        lock (_gate)
        {
            bool isOver = _closed is not null || (_isEnded && _isCompleted);
            _closed ??= error;
            if (!keepsAnswer || !_isEnded)
            {
                // What came stays where it is: the reader may stand between looking at it and taking it.
                _failure ??= error;
                Arrive();
            }

            if (isOver)
            {
                return false;
            }
        }

        Headers.TrySetException(error);
        // Whoever waits for the answer was told, or is gone.
        _ = Headers.Task.Exception;
        Connection.Output.Wake(this);
        return true;
    }

    private async ValueTask<bool> FillSlowAsync(int count)
    {
        await WaitAsync(count, default).ConfigureAwait(false);
        return _buffered >= count;
    }

    /// <summary>Waits until so many bytes are buffered or the target is full, or until nothing more can come.</summary>
    private ValueTask<bool> WaitAsync(int wanted, Memory<byte> target)
    {
        lock (_gate)
        {
            _arrival.Reset();
            _wanted = wanted;
            _target = target;
            _filled = 0;
            _isWaiting = true;
            if (target.Length > 0 && _buffered > 0)
            {
                // What came since the reader looked.
                FillFromChunks();
            }

            if (_isEnded || _failure is not null || IsSatisfied())
            {
                Arrive();
            }

            return new ValueTask<bool>(this, _arrival.Version);
        }
    }

    private void FillFromChunks()
    {
        while (_buffered > 0 && _filled < _target.Length)
        {
            int now = Math.Min(Math.Min(_buffered, ChunkBytes - _headStart), _target.Length - _filled);
            _chunks.Peek().AsSpan(_headStart, now).CopyTo(_target.Span[_filled..]);
            Consume(now);
            _filled += now;
            _consumed += now;
        }
    }

    private bool IsSatisfied() => _target.Length > 0 ? _filled == _target.Length : _buffered >= _wanted;

    /// <summary>Lets the reader go on, with its target back; the gate is held.</summary>
    private void Arrive()
    {
        if (!_isWaiting)
        {
            return;
        }

        _isWaiting = false;
        _target = default;
        if (_failure is { } error)
        {
            _arrival.SetException(error);
        }
        else
        {
            _arrival.SetResult(true);
        }
    }

    /// <summary>Returns where the next bytes go: into the waiting reader's target, or else into a chunk.</summary>
    private Memory<byte> Room(out bool isTarget)
    {
        isTarget = _isWaiting && _filled < _target.Length;
        if (isTarget)
        {
            return _target[_filled..];
        }

        if (_chunks.Count == 0 || _tailEnd == ChunkBytes)
        {
            byte[] chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
            _headStart = _chunks.Count == 0 ? 0 : _headStart;
            _chunks.Enqueue(chunk);
            _tailEnd = 0;
            _tail = chunk;
        }

        return _tail.AsMemory(_tailEnd, ChunkBytes - _tailEnd);
    }

    private void Advance(int bytes, bool isTarget)
    {
        if (isTarget)
        {
            _filled += bytes;
        }
        else
        {
            _tailEnd += bytes;
            _buffered += bytes;
        }

        if (_isWaiting && IsSatisfied())
        {
            Arrive();
        }
    }

    private void Consume(int bytes)
    {
        _buffered -= bytes;
        while (bytes > 0)
        {
            int now = Math.Min(bytes, ChunkBytes - _headStart);
            _headStart += now;
            bytes -= now;
            if (_headStart == ChunkBytes)
            {
                ArrayPool<byte>.Shared.Return(_chunks.Dequeue());
                _headStart = 0;
            }
        }

        if (_buffered == 0)
        {
            DropChunks();
        }
    }

    private void DropChunks()
    {
        while (_chunks.TryDequeue(out byte[]? chunk))
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }

        _buffered = 0;
        _headStart = 0;
        _tailEnd = 0;
    }

    /// <summary>Lets the server send as much more as was read, once that is worth a frame.</summary>
    private void Credit(int bytes)
    {
        lock (_gate)
        {
            _consumed += bytes;
            if (_consumed < _windowBytes / 4 || _isEnded || _failure is not null)
            {
                return;
            }

            Span<byte> credit = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(credit, _consumed);
            _window += _consumed;
            _consumed = 0;
            // Under the gate, so that it does not follow a reset.
            Connection.Output.Add(FrameType.WindowUpdate, 0, Id, credit);
        }

        Connection.Output.Flush();
    }
}
