using System;
using System.IO;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Writes the Arrow stream format.</summary>
/// <remarks>One thread. The stream is left open and is never flushed here.</remarks>
public sealed class IpcStreamWriter : IDisposable
{
    private readonly MessageSink _sink;
    private readonly BatchEncoder _encoder;
    private readonly Schema _schema;
    private bool _finished;

    /// <summary>
    /// Writes the schema; converted and compressed buffers are charged to <paramref name="allocator"/>.
    /// </summary>
    public IpcStreamWriter(Stream stream, Schema schema, BufferAllocator allocator, IpcWriterOptions? options = null)
    {
        options ??= IpcWriterOptions.Default;
        _schema = schema;
        _sink = new MessageSink(stream);
        _encoder = new BatchEncoder(DeliveredSchema.ForWriting(schema, options), allocator, options, canReplace: true);
        _sink.WriteMetadata(_encoder.EncodeSchema());
    }

    /// <summary>Gets the bytes written so far.</summary>
    public long Position => _sink.Position;

    /// <summary>
    /// Writes one batch, which is borrowed and must have the writer's column types, behind the dictionaries that it needs.
    /// </summary>
    public void Write(RecordBatch batch)
    {
        BatchTypes.Check(_schema, batch);
        _sink.WriteDictionaries(_encoder, batch);
        _sink.WriteMetadata(_encoder.Encode(batch));
        _sink.WriteBody(_encoder);
    }

    /// <summary>Writes the end mark; nothing may follow.</summary>
    public void Finish()
    {
        if (!_finished)
        {
            _finished = true;
            _sink.WriteEnd();
        }
    }

    /// <summary>Frees compressors and dictionaries; writes nothing.</summary>
    public void Dispose() => _encoder.Dispose();
}
