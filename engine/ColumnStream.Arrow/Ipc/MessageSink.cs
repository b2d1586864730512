using System;
using System.Buffers.Binary;
using System.Collections.Generic;
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

    /// <summary>Writes the dictionaries that a batch needs and returns where each begins.</summary>
    public List<MessagePlace> WriteDictionaries(BatchEncoder encoder, RecordBatch batch)
    {
        List<DictionaryMessage> messages = encoder.PrepareDictionaries(batch);
        var places = new List<MessagePlace>(messages.Count);
        try
        {
            foreach (DictionaryMessage message in messages)
            {
                long offset = Position;
                int metadataBytes = WriteMetadata(encoder.Encode(message));
                WriteBody(encoder);
                places.Add(new MessagePlace { Offset = offset, MetadataBytes = metadataBytes, BodyBytes = encoder.BodyBytes });
            }

            return places;
        }
        finally
        {
            foreach (DictionaryMessage message in messages)
            {
                message.Values.Release();
            }
        }
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
