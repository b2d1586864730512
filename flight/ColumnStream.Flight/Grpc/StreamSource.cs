using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Flight.Grpc;

/// <summary>Delivers a stream's bytes; small reads share one buffer, large ones go straight to their target.</summary>
/// <remarks>The buffer is small, so that little of a body is copied twice.</remarks>
internal sealed class StreamSource(Stream stream, CancellationToken cancellation) : ByteSource
{
    private const int BufferBytes = 4096;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _start;
    private int _end;

    public override ValueTask<bool> FillAsync(int count) => _end - _start >= count ? new(true) : FillSlowAsync(count);

    public override int Peek(Span<byte> target)
    {
        int count = Math.Min(target.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(target);
        return count;
    }

    public override void Skip(int count) => _start += count;

    public override async ValueTask<int> ReadAsync(Memory<byte> target)
    {
        int done = Peek(target.Span);
        Skip(done);
        while (done < target.Length)
        {
            int read = await stream.ReadAsync(target[done..], cancellation).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            done += read;
        }

        return done;
    }

    private async ValueTask<bool> FillSlowAsync(int count)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        while (_end < count)
        {
            int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation).ConfigureAwait(false);
            if (read == 0)
            {
                return false;
            }

            _end += read;
        }

        return true;
    }
}
