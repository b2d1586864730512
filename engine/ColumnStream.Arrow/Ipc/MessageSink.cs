using System;
using System.Buffers.Binary;
using System.IO;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Writes message frames so that every body begins at a multiple of 64 bytes.</summary>
internal sealed class MessageSink(Stream stream)
{
    /// <summary>Gets the bytes written so far.</summary>
    public long Position { get; private set; }

    /// <summary>Writes a frame up to its body and returns its bytes.</summary>
    public int WriteMetadata(ReadOnlySpan<byte> metadata)
    {
        Span<byte> prefix = stackalloc byte[8];
        long end = Position + prefix.Length + metadata.Length;
        int padding = (int)(-end & (Wire.Alignment - 1));
        BinaryPrimitives.WriteInt32LittleEndian(prefix, Wire.Continuation);
        BinaryPrimitives.WriteInt32LittleEndian(prefix[4..], metadata.Length + padding);
        Write(prefix);
        Write(metadata);
        Span<byte> zeros = stackalloc byte[Wire.Alignment];
        zeros.Clear();
        Write(zeros[..padding]);
        return prefix.Length + metadata.Length + padding;
    }

    public void WriteBody(BatchEncoder encoder)
    {
        encoder.WriteBody(stream);
        Position += encoder.BodyBytes;
    }

    public void WriteEnd()
    {
        Span<byte> end = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(end, uint.MaxValue);
        Write(end);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        Position += bytes.Length;
    }
}
