using System;
using System.Buffers.Binary;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Runtime.Transport;

namespace ColumnStream.Runtime.Exchange;

/// <summary>Makes elements of frames; the columns of a batch point into its frame's body.</summary>
/// <remarks>One thread. <see cref="ElementEncoder"/> shows the form.</remarks>
internal sealed class ElementDecoder(Schema schema, BufferAllocator memory) : IDisposable
{
    private IpcMessageDecoder? _decoder;

    /// <summary>Decodes a frame, which moves; null where it is no element by itself.</summary>
    /// <exception cref="Engine.Errors.ExternalException">The frame is none of an exchange of this schema.</exception>
    public StreamElement? Decode(Frame frame)
    {
        NativeBuffer? body = null;
        try
        {
            ReadOnlySpan<byte> metadata = frame.AppMetadata.Span;
            if (metadata.Length != ElementEncoder.MetadataBytes)
            {
                throw TransportFailure.Protocol($"Frame of an exchange has metadata of {metadata.Length} bytes.");
            }

            int rowKinds = BinaryPrimitives.ReadInt32LittleEndian(metadata[4..]);
            long value = BinaryPrimitives.ReadInt64LittleEndian(metadata[8..]);
            switch ((ElementKind)metadata[0])
            {
                case ElementKind.Schema:
                    Begin(frame.Header.Span);
                    return null;
                case ElementKind.Watermark:
                    return new Watermark(value);
                case ElementKind.Barrier:
                    return new Barrier(
                        value, (metadata[1] & ElementEncoder.FinalFlag) != 0, (metadata[1] & ElementEncoder.SavepointFlag) != 0);
                case ElementKind.Idle:
                    return Idle.Instance;
                case ElementKind.End:
                    return End.Instance;
                case ElementKind.Ready:
                    return ExchangeReady.Instance;
                case ElementKind.Dictionary or ElementKind.Batch:
                    body = frame.Body?.ToBuffer(memory);
                    return Batch(frame.Header.Span, body, rowKinds);
                default:
                    throw TransportFailure.Protocol($"Frame of an exchange has an unknown kind: {metadata[0]}.");
            }
        }
        catch (IpcException wrong)
        {
            throw TransportFailure.Protocol($"Frame of an exchange is no batch: {wrong.Message}");
        }
        finally
        {
            body?.Release();
            frame.Release();
        }
    }

    public void Dispose() => _decoder?.Dispose();

    private void Begin(ReadOnlySpan<byte> message)
    {
        _decoder?.Dispose();
        _decoder = null;
        _decoder = new IpcMessageDecoder(message, memory, IpcReaderOptions.Engine);
        bool fits = _decoder.Schema.Fields.Count == schema.Fields.Count;
        for (int i = 0; fits && i < schema.Fields.Count; i++)
        {
            fits = _decoder.Schema.Fields[i].Type.Equals(schema.Fields[i].Type);
        }

        if (!fits)
        {
            throw TransportFailure.Protocol($"Schema of an exchange is another one: {_decoder.Schema}, expected {schema}.");
        }
    }

    private StreamBatch? Batch(ReadOnlySpan<byte> header, NativeBuffer? body, int rowKinds)
    {
        IpcMessageDecoder decoder = _decoder ?? throw TransportFailure.Protocol("Exchange begins with a batch, expected a schema.");
        if (decoder.Decode(header, body) is not { } rows)
        {
            return null;
        }

        NativeBuffer? kinds = null;
        try
        {
            if (rowKinds != 0)
            {
                kinds = Kinds(body, rowKinds, rows.Length);
            }
        }
        catch
        {
            rows.Release();
            throw;
        }

        StreamBatch batch = new StreamBatch(rows, kinds).WithSchema(schema);
        batch.ChargedBytes = Math.Max(body?.Capacity ?? 0, batch.Rows.PinnedBytes);
        return batch;
    }

    /// <summary>Finds the row kinds behind the columns.</summary>
    private static NativeBuffer Kinds(NativeBuffer? body, int rowKinds, int rows)
    {
        if (rowKinds != rows || body is null || rowKinds > body.Length)
        {
            throw TransportFailure.Protocol($"Batch of {rows} rows has {rowKinds} row kinds.");
        }

        NativeBuffer kinds = body.Slice(body.Length - rowKinds, rowKinds);
        if (kinds.Span.ContainsAnyExceptInRange((byte)RowKind.Insert, (byte)RowKind.Delete))
        {
            kinds.Release();
            throw TransportFailure.Protocol("Batch has a row kind that is unknown.");
        }

        return kinds;
    }
}
