using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Flight.Grpc;

/// <summary>Writes into a stream; what is small is gathered, so that few frames leave.</summary>
internal sealed class StreamSink(Stream stream, CancellationToken cancellation) : ByteSink
{
    private const int Small = 4 << 10;
    private byte[] _buffer = new byte[Small * 2];
    private int _gathered;

    public override void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - _gathered)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _gathered + bytes.Length));
        }

        bytes.CopyTo(_buffer.AsSpan(_gathered));
        _gathered += bytes.Length;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length <= Small)
        {
            Append(bytes.Span);
            if (_gathered < Small)
            {
                return;
            }

            bytes = default;
        }

        await SendAsync().ConfigureAwait(false);
        if (!bytes.IsEmpty)
        {
            await stream.WriteAsync(bytes, cancellation).ConfigureAwait(false);
        }
    }

    public override async ValueTask FlushAsync()
    {
        await SendAsync().ConfigureAwait(false);
        await stream.FlushAsync(cancellation).ConfigureAwait(false);
    }

    private async ValueTask SendAsync()
    {
        if (_gathered > 0)
        {
            int gathered = _gathered;
            _gathered = 0;
            await stream.WriteAsync(_buffer.AsMemory(0, gathered), cancellation).ConfigureAwait(false);
        }
    }
}
