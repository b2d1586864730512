using System;
using System.Buffers.Binary;
using System.IO;
using System.Threading.Tasks;

namespace ColumnStream.Flight.Http2;

/// <summary>Takes a connection's frames apart: heads and short ones from a buffer, data straight to its stream.</summary>
/// <remarks>One reader. The buffer is small, so that little of a body is copied twice.</remarks>
internal sealed class Http2Input(Http2Wire wire)
{
    private const int BufferBytes = 16 << 10;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _start;
    private int _end;

    /// <summary>Reads the head of the next frame; null at the end.</summary>
    public async ValueTask<FrameHead?> ReadHeadAsync()
    {
        if (!await FillAsync(FrameHead.Bytes).ConfigureAwait(false))
        {
            return _start == _end ? null : throw Ended();
        }

        var head = FrameHead.Read(_buffer.AsSpan(_start));
        _start += FrameHead.Bytes;
        return head;
    }

    /// <summary>Reads a byte.</summary>
    public async ValueTask<byte> ReadByteAsync()
    {
        await RequireAsync(1).ConfigureAwait(false);
        return _buffer[_start++];
    }

    /// <summary>Reads an integer of 32 bits.</summary>
    public async ValueTask<uint> ReadUInt32Async()
    {
        await RequireAsync(sizeof(uint)).ConfigureAwait(false);
        uint value = BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(_start));
        _start += sizeof(uint);
        return value;
    }

    /// <summary>Reads bytes behind what the target holds.</summary>
    public async ValueTask ReadAsync(MemoryStream target, int length)
    {
        for (int now; length > 0; length -= now)
        {
            await RequireAsync(1).ConfigureAwait(false);
            now = Math.Min(length, _end - _start);
            target.Write(_buffer, _start, now);
            _start += now;
        }
    }

    /// <summary>Passes over bytes.</summary>
    public async ValueTask SkipAsync(int length)
    {
        for (int now; length > 0; length -= now)
        {
            await RequireAsync(1).ConfigureAwait(false);
            now = Math.Min(length, _end - _start);
            _start += now;
        }
    }

    /// <summary>Gives a stream its bytes; where nobody wants them any more, they are passed over.</summary>
    public async ValueTask DeliverAsync(Http2Stream stream, int length)
    {
        while (length > 0)
        {
            if (_start < _end || wire.Socket is null)
            {
                await RequireAsync(1).ConfigureAwait(false);
                int now = Math.Min(length, _end - _start);
                stream.Append(_buffer.AsSpan(_start, now));
                _start += now;
                length -= now;
                continue;
            }

            int received = stream.Receive(wire.Socket, length);
            if (received == 0)
            {
                throw Ended();
            }

            if (received > 0)
            {
                length -= received;
            }
            else
            {
                await wire.ReadAsync(default).ConfigureAwait(false);
            }
        }
    }

    private static IOException Ended() => new("The server closed the connection inside a frame.");

    private async ValueTask RequireAsync(int count)
    {
        if (!await FillAsync(count).ConfigureAwait(false))
        {
            throw Ended();
        }
    }

    private ValueTask<bool> FillAsync(int count) => _end - _start >= count ? new(true) : FillSlowAsync(count);

    private async ValueTask<bool> FillSlowAsync(int count)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        while (_end < count)
        {
            int read = await wire.ReadAsync(_buffer.AsMemory(_end)).ConfigureAwait(false);
            if (read == 0)
            {
                return false;
            }

            _end += read;
        }

        return true;
    }
}
