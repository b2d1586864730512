using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;
using Google.Protobuf;

namespace ColumnStream.Flight;

/// <summary>Writes FlightData messages: a small head, then the body's parts from where they stand.</summary>
/// <remarks><see cref="FlightDataReader"/> shows the form. One writer.</remarks>
internal sealed class FlightDataWriter(FrameWriter frames)
{
    public const int BodyField = 1000;
    private const int MostHeadBytes = 16;

    /// <summary>Writes one message and sends it; all bytes are borrowed until the task completes.</summary>
    public async ValueTask WriteAsync(
        FlightDescriptor? descriptor,
        ReadOnlyMemory<byte> header,
        ReadOnlyMemory<byte> appMetadata,
        IReadOnlyList<ReadOnlyMemory<byte>> body,
        long bodyBytes)
    {
        ReadOnlyMemory<byte> named = descriptor is null ? default : descriptor.ToMessage().ToByteArray();
        bool hasBody = bodyBytes > 0 || !header.IsEmpty;
        ByteSink sink = frames.Open(
            Size(1, named.Length, descriptor is not null) + Size(2, header.Length, !header.IsEmpty)
            + Size(3, appMetadata.Length, !appMetadata.IsEmpty) + Size(BodyField, bodyBytes, hasBody));
        if (descriptor is not null)
        {
            AppendHead(sink, 1, named.Length);
            await sink.WriteAsync(named).ConfigureAwait(false);
        }

        if (!header.IsEmpty)
        {
            AppendHead(sink, 2, header.Length);
            await sink.WriteAsync(header).ConfigureAwait(false);
        }

        if (!appMetadata.IsEmpty)
        {
            AppendHead(sink, 3, appMetadata.Length);
            await sink.WriteAsync(appMetadata).ConfigureAwait(false);
        }

        if (hasBody)
        {
            AppendHead(sink, BodyField, bodyBytes);
            for (int i = 0; i < body.Count; i++)
            {
                await sink.WriteAsync(body[i]).ConfigureAwait(false);
            }
        }

        await frames.CloseAsync(sink).ConfigureAwait(false);
    }

    private static long Size(int field, long length, bool isPresent) => !isPresent
        ? 0
        : ProtoWire.VarintBytes((ulong)Tag(field)) + ProtoWire.VarintBytes((ulong)length) + length;

    private static void AppendHead(ByteSink sink, int field, long length)
    {
        Span<byte> head = stackalloc byte[MostHeadBytes];
        int bytes = ProtoWire.WriteVarint(head, (ulong)Tag(field));
        bytes += ProtoWire.WriteVarint(head[bytes..], (ulong)length);
        sink.Append(head[..bytes]);
    }

    private static int Tag(int field) => (field << 3) | ProtoWire.Delimited;
}
