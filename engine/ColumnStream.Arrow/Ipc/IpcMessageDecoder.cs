using System;
using System.Buffers.Binary;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Decodes messages whose metadata and body came apart, as protocols deliver them.</summary>
/// <remarks>One thread. Arrays point into the body, which they keep alive.</remarks>
public sealed class IpcMessageDecoder : IDisposable
{
    private readonly IpcReaderOptions _options;
    private readonly BatchDecoder _decoder;
    private readonly BufferAllocator _allocator;

    /// <summary>Makes a decoder for the batches behind a schema's message, a bare FlatBuffers Message.</summary>
    /// <exception cref="IpcException">The bytes are not a schema's message.</exception>
    public IpcMessageDecoder(ReadOnlySpan<byte> schemaMessage, BufferAllocator allocator, IpcReaderOptions? options = null)
    {
        _options = options ?? IpcReaderOptions.Default;
        _allocator = allocator;
        MessageHeader header = ParseSchema(schemaMessage);
        Metadata = header.DecodeMetadata();
        _decoder = new BatchDecoder(SchemaDecoder.Decode(header.Table), allocator, _options);
    }

    /// <summary>Gets the schema of the batches that are delivered.</summary>
    public Schema Schema => _decoder.Schema;

    /// <summary>Gets the key-value metadata of the schema's message, which is not the schema's own.</summary>
    public ValueList<MetadataEntry> Metadata { get; }

    /// <summary>Says whether a message is a schema's, so that a stream's first can be told from its others.</summary>
    /// <exception cref="IpcException">The bytes are not a message.</exception>
    public static bool IsSchema(ReadOnlySpan<byte> metadata) => MessageHeader.Parse(metadata, 0).Kind == MessageKind.Schema;

    /// <summary>Decodes a schema that stands alone: encapsulated as in a stream, with or without mark, or bare.</summary>
    /// <exception cref="IpcException">The bytes are not a schema's message.</exception>
    public static Schema DecodeSchema(ReadOnlySpan<byte> message, IpcReaderOptions? options = null)
    {
        if (message.Length >= 8 && BinaryPrimitives.ReadInt32LittleEndian(message) == Wire.Continuation)
        {
            message = message[4..];
        }

        // A bare Message begins with the offset of its root table, which is short; an encapsulated one with the bytes that follow.
        if (message.Length >= 4 && BinaryPrimitives.ReadInt32LittleEndian(message) is int length
            && length > 0 && length <= message.Length - 4 && length >= message.Length - 4 - 8)
        {
            message = message.Slice(4, length);
        }

        return DeliveredSchema.ForReading(SchemaDecoder.Decode(ParseSchema(message).Table), options ?? IpcReaderOptions.Default);
    }

    /// <summary>Decodes one message; its body is borrowed, and may be longer than declared.</summary>
    /// <returns>The batch, owned by the caller, or null where the message was a dictionary, which is kept.</returns>
    /// <exception cref="IpcException">The bytes are not a readable message.</exception>
    /// <exception cref="MemoryLimitException">What is decompressed or converted does not fit the account.</exception>
    public RecordBatch? Decode(ReadOnlySpan<byte> metadata, NativeBuffer? body)
    {
        MessageHeader header = MessageHeader.Parse(metadata, 0);
        bool isDictionary = header.Kind == MessageKind.DictionaryBatch;
        header.Expect(isDictionary ? MessageKind.DictionaryBatch : MessageKind.RecordBatch);
        long bodyBytes = body?.Length ?? 0;
        if (header.BodyLength > bodyBytes || header.BodyLength > _options.MaxBodyBytes)
        {
            throw new IpcException(
                $"Body has another length than its metadata says: {bodyBytes}, expected {header.BodyLength}.",
                    header.Table.Position);
        }

        NativeBuffer source = body?.Retain() ?? _allocator.Allocate(0);
        try
        {
            if (!isDictionary)
            {
                return _decoder.Decode(header, source, 0, 0);
            }

            _decoder.DecodeDictionary(header, source, 0, 0);
            return null;
        }
        finally
        {
            source.Release();
        }
    }

    /// <summary>Frees decompressors and dictionaries; batches stay valid.</summary>
    public void Dispose() => _decoder.Dispose();

    private static MessageHeader ParseSchema(ReadOnlySpan<byte> message)
    {
        MessageHeader header = MessageHeader.Parse(message, 0);
        header.Expect(MessageKind.Schema);
        return header;
    }
}
