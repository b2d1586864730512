using System;
using System.Collections.Generic;
using System.IO;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Lays out schemas, dictionaries and record batches as messages. One thread.</summary>
internal sealed class BatchEncoder : IDisposable
{
    private readonly FlatBufferWriter _writer = new();
    private readonly IpcWriterOptions _options;
    private readonly Schema _stored;
    private readonly DictionaryLedger _dictionaries;
    private readonly BodyLayout _body;
    private readonly ColumnEncoder _columns;

    /// <summary>Makes an encoder.</summary>
    /// <param name="stored">The schema as written.</param>
    /// <param name="allocator">Pays for converted and compressed buffers.</param>
    /// <param name="options">How to write.</param>
    /// <param name="canReplace">Whether a dictionary may be replaced: in streams.</param>
    public BatchEncoder(Schema stored, BufferAllocator allocator, IpcWriterOptions options, bool canReplace)
    {
        _stored = stored;
        _options = options;
        _dictionaries = new DictionaryLedger(stored, canReplace, allocator);
        _body = new BodyLayout(allocator, options);
        _columns = new ColumnEncoder(_body, _dictionaries, allocator, options);
    }

    /// <summary>Gets the bytes of the body, a multiple of 64.</summary>
    public long BodyBytes { get; private set; }

    /// <summary>Lays out the schema message; valid until the next call.</summary>
    public ReadOnlySpan<byte> EncodeSchema()
    {
        _writer.Clear();
        int schema = SchemaEncoder.Encode(_writer, _stored);
        BodyBytes = 0;
        return FinishMessage(MessageKind.Schema, schema, _options.Metadata);
    }

    /// <summary>Finds the dictionaries that must be written before a batch; the caller releases their values.</summary>
    public List<DictionaryMessage> PrepareDictionaries(RecordBatch batch) => _dictionaries.Prepare(batch);

    /// <summary>Lays out a dictionary message, valid until the next call; <see cref="WriteBody"/> must follow.</summary>
    public ReadOnlySpan<byte> Encode(DictionaryMessage dictionary)
    {
        _body.Release();
        _columns.Add(dictionary.Field, dictionary.Values);
        int batch = EncodeBatch(dictionary.Values.Length);
        _writer.StartTable(3);
        _writer.Add(0, dictionary.Id);
        _writer.AddOffset(1, batch);
        _writer.Add(2, (byte)(dictionary.IsDelta ? 1 : 0));
        return FinishMessage(MessageKind.DictionaryBatch, _writer.EndTable(), default);
    }

    /// <summary>Lays out a batch message, valid until the next call; <see cref="WriteBody"/> must follow.</summary>
    public ReadOnlySpan<byte> Encode(RecordBatch batch)
    {
        _body.Release();
        for (int i = 0; i < batch.Columns.Length; i++)
        {
            _columns.Add(_stored.Fields[i], batch.Columns[i]);
        }

        return FinishMessage(MessageKind.RecordBatch, EncodeBatch(batch.Length), batch.Metadata);
    }

    /// <summary>Gets the buffers of the last message where they stand, each to be padded to 64 bytes.</summary>
    public ReadOnlySpan<Region> BodyRegions => _body.Regions;

    /// <summary>Lets go of copies that were made for the last message.</summary>
    public void ReleaseBody() => _body.Release();

    /// <summary>Hands over the copies that were made for the last message.</summary>
    public (NativeBuffer[] Copies, ArrayData[] Arrays) DetachBody() => _body.Detach();

    /// <summary>Writes the buffers of the last batch, each padded to 64 bytes, and lets go of copies.</summary>
    public void WriteBody(Stream stream) => _body.Write(stream);

    public void Dispose()
    {
        _body.Dispose();
        _dictionaries.Dispose();
    }

    private int EncodeBatch(int length)
    {
        ReadOnlySpan<BodyLayout.Pair> places = _body.Place(out long bodyBytes);
        BodyBytes = bodyBytes;
        _writer.Clear();
        int views = _body.ViewCounts.IsEmpty ? 0 : _writer.WriteVector(_body.ViewCounts);
        int buffers = _writer.WriteVector(places);
        int nodes = _writer.WriteVector(_body.Nodes);
        int compression = 0;
        if (_options.Compression != IpcCompression.None)
        {
            _writer.StartTable(2);
            _writer.Add(0, (byte)(_options.Compression == IpcCompression.Lz4 ? 0 : 1));
            _writer.Add<byte>(1, 0);
            compression = _writer.EndTable();
        }

        _writer.StartTable(5);
        _writer.Add(0, (long)length);
        _writer.AddOffset(1, nodes);
        _writer.AddOffset(2, buffers);
        if (compression != 0)
        {
            _writer.AddOffset(3, compression);
        }

        if (views != 0)
        {
            _writer.AddOffset(4, views);
        }

        return _writer.EndTable();
    }

    private ReadOnlySpan<byte> FinishMessage(MessageKind kind, int header, ValueList<MetadataEntry> metadata)
    {
        int entries = SchemaEncoder.EncodeMetadata(_writer, metadata);
        _writer.StartTable(5);
        if (BodyBytes != 0)
        {
            // Zero is the default: readers that check alignment from the length in front of a schema (Rust's) refuse it when it is
            // written.
            _writer.Add(3, BodyBytes);
        }

        _writer.AddOffset(2, header);
        if (entries != 0)
        {
            _writer.AddOffset(4, entries);
        }

        _writer.Add(0, Wire.VersionV5);
        _writer.Add(1, (byte)kind);
        return _writer.Finish(_writer.EndTable());
    }
}
