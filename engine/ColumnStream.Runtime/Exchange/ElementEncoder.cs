using System;
using System.Buffers.Binary;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Runtime.Transport;

namespace ColumnStream.Runtime.Exchange;

/// <summary>Makes frames of elements: batches as IPC messages whose bodies stay where they stand.</summary>
/// <remarks>
/// <code>
/// metadata: | u8 kind | u8 flags | u16 0 | i32 row kinds | i64 time or epoch |      header: IPC message, body: IPC body, row kinds
/// </code>
/// One thread. The schema goes in front of the first batch, dictionaries in front of whichever needs them.
/// </remarks>
internal sealed class ElementEncoder(Schema schema, BufferAllocator memory) : IDisposable
{
    public const int MetadataBytes = 16;
    public const byte FinalFlag = 1;
    public const byte SavepointFlag = 2;
    private static readonly IpcWriterOptions s_options = new() { TextAsViews = true, KeepDecimal64 = true };

    private readonly IpcMessageEncoder _encoder = new(schema, memory, s_options);
    private StreamBatch? _batch;
    private bool _hasSchema;

    /// <summary>Gets whether a batch is being encoded.</summary>
    public bool IsOpen => _batch is not null;

    /// <summary>Begins a batch, which moves.</summary>
    public void Open(StreamBatch batch)
    {
        _batch = batch;
        _encoder.Open(batch.Rows);
    }

    /// <summary>Makes the next frame of the batch; false when there is none, and the batch is released.</summary>
    public bool TryNext(out Frame frame)
    {
        StreamBatch batch = _batch ?? throw new InvariantException(9001, "No batch is being encoded.");
        if (!_hasSchema)
        {
            _hasSchema = true;
            frame = new Frame(_encoder.EncodeSchema(), null, Metadata(ElementKind.Schema));
            return true;
        }

        if (!_encoder.MoveNext())
        {
            _batch = null;
            batch.Release();
            frame = null!;
            return false;
        }

        ElementKind kind = _encoder.IsDictionary ? ElementKind.Dictionary : ElementKind.Batch;
        NativeBuffer? kinds = _encoder.IsDictionary ? null : Kinds(batch);
        byte[] header = _encoder.Metadata.ToArray();
        frame = new Frame(
            header, FrameBody.Of(_encoder.Detach(), kinds), Metadata(kind, rowKinds: (int)(kinds?.Length ?? 0)));
        return true;
    }

    /// <summary>Makes the frame of an element that is no batch.</summary>
    public static Frame Control(StreamElement element) => new(default, null, element switch
    {
        Watermark watermark => Metadata(ElementKind.Watermark, value: watermark.TimeMs),
        Barrier barrier => Metadata(
            ElementKind.Barrier, (byte)((barrier.IsFinal ? FinalFlag : 0) | (barrier.IsSavepoint ? SavepointFlag : 0)),
            value: barrier.Epoch),
        Idle => Metadata(ElementKind.Idle),
        End => Metadata(ElementKind.End),
        ExchangeReady => Metadata(ElementKind.Ready),
        _ => throw new InvariantException(9001, $"Element is unknown: {element}."),
    });

    public void Dispose()
    {
        _batch?.Release();
        _batch = null;
        _encoder.Dispose();
    }

    private static NativeBuffer? Kinds(StreamBatch batch)
    {
        if (batch.KindsBuffer is not { } kinds)
        {
            return null;
        }

        NativeBuffer shared = kinds.Retain();
        if (shared.Length == batch.Rows.Length)
        {
            return shared;
        }

        try
        {
            return shared.Slice(0, batch.Rows.Length);
        }
        finally
        {
            shared.Release();
        }
    }

    private static byte[] Metadata(ElementKind kind, byte flags = 0, int rowKinds = 0, long value = 0)
    {
        var bytes = new byte[MetadataBytes];
        bytes[0] = (byte)kind;
        bytes[1] = flags;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), rowKinds);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), value);
        return bytes;
    }
}
