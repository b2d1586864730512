using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Writes the Arrow file format; the file is readable once <see cref="Finish"/> has returned.</summary>
/// <remarks>One thread. The stream need not seek, is left open and is never flushed here.</remarks>
public sealed class IpcFileWriter : IDisposable
{
    private readonly MessageSink _sink;
    private readonly BatchEncoder _encoder;
    private readonly Schema _schema;
    private readonly Schema _stored;
    private readonly List<MessagePlace> _blocks = [];
    private readonly List<MessagePlace> _dictionaries = [];
    private bool _finished;

    /// <summary>
    /// Writes head and schema; converted and compressed buffers are charged to <paramref name="allocator"/>.
    /// </summary>
    public IpcFileWriter(Stream stream, Schema schema, BufferAllocator allocator, IpcWriterOptions? options = null)
    {
        options ??= IpcWriterOptions.Default;
        _schema = schema;
        _stored = DeliveredSchema.ForWriting(schema, options);
        _sink = new MessageSink(stream);
        _encoder = new BatchEncoder(_stored, allocator, options, canReplace: false);
        _sink.Write(Wire.Magic);
        _sink.Write([0, 0]);
        _sink.WriteMetadata(_encoder.EncodeSchema());
    }

    /// <summary>Gets the bytes written so far.</summary>
    public long Position => _sink.Position;

    /// <summary>
    /// Writes one batch, which is borrowed and must have the writer's column types, behind the dictionaries that it needs.
    /// </summary>
    /// <exception cref="OverflowException">
    /// The dictionaries of all batches together exceed an index type: a file holds only one dictionary a column.
    /// </exception>
    public void Write(RecordBatch batch)
    {
        BatchTypes.Check(_schema, batch);
        _dictionaries.AddRange(_sink.WriteDictionaries(_encoder, batch));
        long offset = _sink.Position;
        int metadataBytes = _sink.WriteMetadata(_encoder.Encode(batch));
        _sink.WriteBody(_encoder);
        _blocks.Add(new MessagePlace { Offset = offset, MetadataBytes = metadataBytes, BodyBytes = _encoder.BodyBytes });
    }

    /// <summary>Writes end mark and footer; nothing may follow.</summary>
    /// <param name="metadata">Key-value metadata of the footer, which is not the schema's.</param>
    public void Finish(ValueList<MetadataEntry> metadata = default)
    {
        if (_finished)
        {
            return;
        }

        _finished = true;
        _sink.WriteEnd();
        var writer = new FlatBufferWriter();
        int batches = writer.WriteVector<MessagePlace>(CollectionsMarshal.AsSpan(_blocks));
        int dictionaries = writer.WriteVector<MessagePlace>(CollectionsMarshal.AsSpan(_dictionaries));
        int schema = SchemaEncoder.Encode(writer, _stored);
        int entries = SchemaEncoder.EncodeMetadata(writer, metadata);
        writer.StartTable(5);
        if (entries != 0)
        {
            writer.AddOffset(4, entries);
        }

        writer.AddOffset(1, schema);
        writer.AddOffset(2, dictionaries);
        writer.AddOffset(3, batches);
        writer.Add(0, Wire.VersionV5);
        ReadOnlySpan<byte> footer = writer.Finish(writer.EndTable());
        _sink.Write(footer);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, footer.Length);
        _sink.Write(length);
        _sink.Write(Wire.Magic);
    }

    /// <summary>Frees compressors and dictionaries; writes nothing.</summary>
    public void Dispose() => _encoder.Dispose();
}
