using System;
using System.IO;

namespace ColumnStream.Engine.Storage;

/// <summary>Shows the bytes of a seekable stream from one place on, at most so many; owns the stream.</summary>
internal sealed class RangeStream : Stream
{
    private readonly Stream _whole;
    private readonly long _offset;
    private readonly long _length;

    public RangeStream(Stream whole, long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        _whole = whole;
        _offset = Math.Min(offset, whole.Length);
        _length = Math.Min(length, whole.Length - _offset);
        whole.Position = _offset;
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => _whole.Position - _offset;
        set => _whole.Position = _offset + value;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        long left = Math.Max(0, _length - Position);
        return left == 0 ? 0 : _whole.Read(buffer[..(int)Math.Min(left, buffer.Length)]);
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Current => Position + offset,
        SeekOrigin.End => _length + offset,
        _ => offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _whole.Dispose();
        }

        base.Dispose(disposing);
    }
}
