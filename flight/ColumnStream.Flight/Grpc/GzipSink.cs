using System;
using System.IO;
using System.IO.Compression;
using System.Threading.Tasks;

namespace ColumnStream.Flight.Grpc;

/// <summary>Gathers one message compressed, because its length stands in front of it.</summary>
internal sealed class GzipSink : ByteSink, IDisposable
{
    private readonly MemoryStream _packed = new();
    private readonly GZipStream _gzip;

    public GzipSink() => _gzip = new GZipStream(_packed, CompressionLevel.Fastest, leaveOpen: true);

    public override void Append(ReadOnlySpan<byte> bytes) => _gzip.Write(bytes);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        _gzip.Write(bytes.Span);
        return default;
    }

    public override ValueTask FlushAsync() => default;

    /// <summary>Ends the message and returns its bytes.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        _gzip.Dispose();
        return _packed.GetBuffer().AsMemory(0, (int)_packed.Length);
    }

    public void Dispose() => _gzip.Dispose();
}
