using System;
using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Connections;

namespace ColumnStream.Flight.Hosting;

/// <summary>
/// Counts the frames of a connection that carry nothing and yet cost: pings, settings, windows, continuations, empty data. Too many close it.
/// </summary>
/// <remarks>
/// <code>
/// | u24 length | u8 type | u8 flags | u32 stream | payload |    behind 24 bytes of preface
/// </code>
/// Looks at each byte that comes once, on its way to the server, and only at the heads of frames. A window's growth is free as far as the
/// server sent what it is for: one frame for each 4 KiB.
/// </remarks>
internal sealed class FrameGuard : PipeReader, IDuplexPipe
{
    private const int PrefaceBytes = 24;
    private const int HeadBytes = 9;
    private const int BytesAFrame = 4 << 10;
    private readonly PipeReader _input;
    private readonly CountingWriter _output;
    private readonly GateEntry _entry;
    private readonly TokenBucket _budget;
    private readonly TimeProvider _time;
    private readonly byte[] _head = new byte[HeadBytes];
    private ReadOnlySequence<byte> _last;
    private long _seen;
    private long _skip = PrefaceBytes;
    private long _credited;
    private int _headBytes;

    private FrameGuard(IDuplexPipe pipe, GateEntry entry, GrpcProfile profile, TimeProvider time)
    {
        _input = pipe.Input;
        _output = new CountingWriter(pipe.Output);
        _entry = entry;
        _time = time;
        _budget = new TokenBucket(profile.MaxControlFramesPerSecond, 4.0 * profile.MaxControlFramesPerSecond, time);
    }

    PipeReader IDuplexPipe.Input => this;

    PipeWriter IDuplexPipe.Output => _output;

    /// <summary>Serves a connection whose frames are counted.</summary>
    public static async Task RunAsync(ConnectionContext connection, GrpcProfile profile, TimeProvider time, ConnectionDelegate next)
    {
        if (connection.Items.TryGetValue(typeof(GateEntry), out object? found) && found is GateEntry entry)
        {
            IDuplexPipe plain = connection.Transport;
            connection.Transport = new FrameGuard(plain, entry, profile, time);
            try
            {
                await next(connection).ConfigureAwait(false);
            }
            finally
            {
                connection.Transport = plain;
            }

            return;
        }

        await next(connection).ConfigureAwait(false);
    }

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ReadResult result = await _input.ReadAsync(cancellationToken).ConfigureAwait(false);
        await _entry.Turns.EnterAsync().ConfigureAwait(false);
        return Look(result);
    }

    public override bool TryRead(out ReadResult result)
    {
        if (!_input.TryRead(out result))
        {
            return false;
        }

        result = Look(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _seen -= _last.Slice(0, consumed).Length;
        _last = default;
        _input.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => _input.CancelPendingRead();

    public override void Complete(Exception? exception = null) => _input.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => _input.CompleteAsync(exception);

    private ReadResult Look(ReadResult result)
    {
        _last = result.Buffer;
        if (_last.Length > _seen && !Count(_last.Slice(_seen)))
        {
            _entry.Punish("Too many frames that carry nothing.");
        }

        _seen = _last.Length;
        return result;
    }

    /// <summary>Counts what has not been seen yet; false where it is too much.</summary>
    private bool Count(ReadOnlySequence<byte> fresh)
    {
        int cost = 0;
        foreach (ReadOnlyMemory<byte> segment in fresh)
        {
            ReadOnlySpan<byte> bytes = segment.Span;
            while (!bytes.IsEmpty)
            {
                int skipped = (int)Math.Min(_skip, bytes.Length);
                _skip -= skipped;
                bytes = bytes[skipped..];
                int taken = Math.Min(HeadBytes - _headBytes, bytes.Length);
                if (_skip == 0 && taken > 0)
                {
                    bytes[..taken].CopyTo(_head.AsSpan(_headBytes));
                    bytes = bytes[taken..];
                    _headBytes += taken;
                    if (_headBytes == HeadBytes)
                    {
                        cost += OpenHead();
                    }
                }
            }
        }

        if (cost == 0)
        {
            return true;
        }

        _budget.Credit((double)(_output.Bytes - _credited) / BytesAFrame);
        _credited = _output.Bytes;
        return _budget.TrySpend(cost, _time.GetTimestamp());
    }

    private int OpenHead()
    {
        int length = (_head[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(_head.AsSpan(1));
        _skip = length;
        _headBytes = 0;
        return _head[3] switch
        {
            // Data that is empty and ends nothing.
            0 => length == 0 && (_head[4] & 1) == 0 ? 1 : 0,
            1 => 0,
            _ => 1,
        };
    }

    private sealed class CountingWriter(PipeWriter output) : PipeWriter
    {
        private long _bytes;

        public long Bytes => Volatile.Read(ref _bytes);

        public override bool CanGetUnflushedBytes => output.CanGetUnflushedBytes;

        public override long UnflushedBytes => output.UnflushedBytes;

        public override void Advance(int bytes)
        {
            Volatile.Write(ref _bytes, _bytes + bytes);
            output.Advance(bytes);
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => output.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => output.GetSpan(sizeHint);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            output.FlushAsync(cancellationToken);

        public override ValueTask<FlushResult> WriteAsync(
            ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            Volatile.Write(ref _bytes, _bytes + source.Length);
            return output.WriteAsync(source, cancellationToken);
        }

        public override void CancelPendingFlush() => output.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => output.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => output.CompleteAsync(exception);
    }
}
