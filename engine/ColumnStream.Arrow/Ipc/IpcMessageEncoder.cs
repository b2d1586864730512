using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Encodes batches as separate messages, for protocols that frame metadata and body themselves.</summary>
/// <remarks>
/// One thread. A batch is as many messages as it needs dictionaries, and one more:
/// <code>
/// encoder.Open(batch);
/// while (encoder.MoveNext()) { send encoder.Metadata; send encoder.BodyBytes bytes of encoder.Body; }
/// </code>
/// The batch is borrowed until <see cref="MoveNext"/> returned false or <see cref="Close"/> ran; body parts point into its buffers.
/// </remarks>
public sealed class IpcMessageEncoder : IDisposable
{
    private static readonly byte[] Zeros = new byte[Wire.Alignment];
    private readonly BatchEncoder _encoder;
    private readonly List<ReadOnlyMemory<byte>> _body = [];
    private readonly List<MemoryWindow> _views = [];
    private List<DictionaryMessage> _dictionaries = [];
    private RecordBatch? _batch;
    private byte[] _metadata = [];
    private int _nextDictionary;

    /// <summary>Makes an encoder; converted and compressed buffers are charged to <paramref name="allocator"/>.</summary>
    public IpcMessageEncoder(Schema schema, BufferAllocator allocator, IpcWriterOptions? options = null)
    {
        options ??= IpcWriterOptions.Default;
        Schema = schema;
        _encoder = new BatchEncoder(DeliveredSchema.ForWriting(schema, options), allocator, options, canReplace: true);
    }

    /// <summary>Gets the schema of the batches that are encoded.</summary>
    public Schema Schema { get; }

    /// <summary>Gets the metadata of the message that <see cref="MoveNext"/> came to, a bare FlatBuffers Message.</summary>
    public ReadOnlyMemory<byte> Metadata { get; private set; }

    /// <summary>Gets the body of that message in parts, padding included; valid until the next call.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Body => _body;

    /// <summary>Gets the bytes of that body.</summary>
    public long BodyBytes { get; private set; }

    /// <summary>Gets whether that message is a dictionary and not the batch itself.</summary>
    public bool IsDictionary { get; private set; }

    /// <summary>Encodes a schema as a stream's first message: continuation mark, length, metadata.</summary>
    public static byte[] Encapsulate(Schema schema, IpcWriterOptions? options = null)
    {
        ReadOnlySpan<byte> metadata = EncodeSchema(schema, options);
        var message = new byte[8 + metadata.Length];
        BinaryPrimitives.WriteInt32LittleEndian(message, Wire.Continuation);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(4), metadata.Length);
        metadata.CopyTo(message.AsSpan(8));
        return message;
    }

    /// <summary>Encodes a schema as a bare FlatBuffers Message.</summary>
    public static byte[] EncodeSchema(Schema schema, IpcWriterOptions? options = null)
    {
        options ??= IpcWriterOptions.Default;
        using var pool = new SizeClassPool(idleLimitBytes: 0);
        using var account = new BufferAllocator("schema", pool);
        using var encoder = new BatchEncoder(DeliveredSchema.ForWriting(schema, options), account, options, canReplace: true);
        return encoder.EncodeSchema().ToArray();
    }

    /// <summary>Encodes this encoder's schema as a bare FlatBuffers Message.</summary>
    public byte[] EncodeSchema() => _encoder.EncodeSchema().ToArray();

    /// <summary>Begins a batch, which is borrowed and must have the encoder's column types.</summary>
    public void Open(RecordBatch batch)
    {
        BatchTypes.Check(Schema, batch);
        Close();
        _dictionaries = _encoder.PrepareDictionaries(batch);
        _nextDictionary = 0;
        _batch = batch;
    }

    /// <summary>Lays out the next message of the batch; false when there is none.</summary>
    public bool MoveNext()
    {
        if (_batch is not { } batch)
        {
            return false;
        }

        IsDictionary = _nextDictionary < _dictionaries.Count;
        if (IsDictionary)
        {
            Keep(_encoder.Encode(_dictionaries[_nextDictionary++]));
        }
        else if (_nextDictionary == _dictionaries.Count)
        {
            _nextDictionary++;
            Keep(_encoder.Encode(batch));
        }
        else
        {
            Close();
            return false;
        }

        return true;
    }

    /// <summary>
    /// Hands over the body of the message that <see cref="MoveNext"/> came to, which then outlives the batch and the encoder's next calls.
    /// </summary>
    /// <exception cref="InvalidOperationException">No message is open.</exception>
    public IpcBody Detach()
    {
        RecordBatch batch = _batch ?? throw new InvalidOperationException("No message is open.");
        ReadOnlySpan<ArrayData> used = IsDictionary ? [_dictionaries[_nextDictionary - 1].Values] : batch.Columns;
        (NativeBuffer[] copies, ArrayData[] arrays) = _encoder.DetachBody();
        var kept = new ArrayData[used.Length + arrays.Length];
        for (int i = 0; i < used.Length; i++)
        {
            kept[i] = used[i].Retain();
        }

        arrays.CopyTo(kept, used.Length);
        var body = new IpcBody([.. _body], BodyBytes, copies, kept);

        // The windows behind the parts go with them.
        _views.Clear();
        _body.Clear();
        return body;
    }

    /// <summary>Lets go of the batch's dictionaries and of copies; also after an error in the middle.</summary>
    public void Close()
    {
        foreach (DictionaryMessage dictionary in _dictionaries)
        {
            dictionary.Values.Release();
        }

        _dictionaries = [];
        _batch = null;
        _body.Clear();
        Metadata = default;
        _encoder.ReleaseBody();
    }

    /// <summary>Frees compressors and dictionaries.</summary>
    public void Dispose()
    {
        Close();
        _encoder.Dispose();
    }

    private unsafe void Keep(ReadOnlySpan<byte> metadata)
    {
        if (_metadata.Length < metadata.Length)
        {
            _metadata = new byte[metadata.Length * 2];
        }

        metadata.CopyTo(_metadata);
        Metadata = _metadata.AsMemory(0, metadata.Length);
        BodyBytes = _encoder.BodyBytes;
        _body.Clear();
        int views = 0;
        foreach (Region region in _encoder.BodyRegions)
        {
            // A Memory holds less than 2 GiB.
            for (long at = 0; at < region.Length; at += 1 << 30)
            {
                if (views == _views.Count)
                {
                    _views.Add(new MemoryWindow());
                }

                _body.Add(_views[views++].Point(region.Pointer + at, (int)Math.Min(1 << 30, region.Length - at)));
            }

            int padding = (int)(-region.Length & (Wire.Alignment - 1));
            if (padding != 0)
            {
                _body.Add(Zeros.AsMemory(0, padding));
            }
        }
    }
}
