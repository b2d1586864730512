using System;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight.Http2;

/// <summary>Sends a request's body: what is small is gathered in front of what is large, which is sent from where it stands.</summary>
internal sealed class Http2Sink(Http2Upload upload, CancellationToken cancellation) : ByteSink
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

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length <= Small)
        {
            Append(bytes.Span);
            return _gathered < Small ? default : FlushAsync();
        }

        return SendAsync(bytes);
    }

    public override ValueTask FlushAsync() => _gathered > 0 ? SendAsync(default) : default;

    private ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        int gathered = _gathered;
        _gathered = 0;
        return upload.SendAsync(_buffer.AsMemory(0, gathered), bytes, cancellation);
    }
}
