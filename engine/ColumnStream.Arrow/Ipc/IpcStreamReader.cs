using System;
using System.IO;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Reads the Arrow stream format; each batch's arrays point into one buffer that holds its body.</summary>
/// <remarks>
/// <code>
/// message: | FFFFFFFF | i32 metadata bytes | metadata | body |      before 0.15 without the first word
/// stream:  schema message, dictionary and record batch messages, FFFFFFFF 00000000 or the end of the bytes
/// </code>
/// One thread. The stream is left open.
/// </remarks>
public sealed class IpcStreamReader : IDisposable
{
    private readonly MessageSource _source;
    private readonly BatchDecoder _decoder;
    private readonly BufferAllocator _allocator;
    private bool _ended;

    /// <summary>
    /// Reads the schema from <paramref name="stream"/>; bodies are charged to <paramref name="allocator"/>.
    /// </summary>
    /// <exception cref="IpcException">The bytes are not an Arrow stream that is read here.</exception>
    public IpcStreamReader(Stream stream, BufferAllocator allocator, IpcReaderOptions? options = null)
    {
        options ??= IpcReaderOptions.Default;
        _source = new MessageSource(stream, options);
        _allocator = allocator;
        if (!_source.TryReadMetadata(out ReadOnlySpan<byte> metadata))
        {
            throw new IpcException("Stream is empty, expected a schema.", _source.Position);
        }

        MessageHeader header = MessageHeader.Parse(metadata, _source.MetadataPosition);
        header.Expect(MessageKind.Schema);
        Schema stored = SchemaDecoder.Decode(header.Table);
        Metadata = header.DecodeMetadata();
        _source.Skip(header.BodyLength);
        _decoder = new BatchDecoder(stored, allocator, options);
    }

    /// <summary>Gets the schema of the batches that are delivered.</summary>
    public Schema Schema => _decoder.Schema;

    /// <summary>Gets the key-value metadata of the schema's message, which is not the schema's own.</summary>
    public ValueList<MetadataEntry> Metadata { get; }

    /// <summary>Reads the next batch, owned by the caller, or returns null at the end.</summary>
    /// <exception cref="IpcException">The bytes are not a readable batch.</exception>
    /// <exception cref="MemoryLimitException">The body does not fit the account.</exception>
    public RecordBatch? Read()
    {
        while (!_ended && _source.TryReadMetadata(out ReadOnlySpan<byte> metadata))
        {
            MessageHeader header = MessageHeader.Parse(metadata, _source.MetadataPosition);
            bool isDictionary = header.Kind == MessageKind.DictionaryBatch;
            header.Expect(isDictionary ? MessageKind.DictionaryBatch : MessageKind.RecordBatch);
            long bodyPosition = _source.Position;
            NativeBuffer body = _source.ReadBody(header.BodyLength, _allocator);
            try
            {
                if (!isDictionary)
                {
                    return _decoder.Decode(header, body, 0, bodyPosition);
                }

                _decoder.DecodeDictionary(header, body, 0, bodyPosition);
            }
            finally
            {
                body.Release();
            }
        }

        _ended = true;
        return null;
    }

    /// <summary>Frees decompressors and dictionaries; batches stay valid.</summary>
    public void Dispose() => _decoder.Dispose();
}
