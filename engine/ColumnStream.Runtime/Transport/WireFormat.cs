using System;
using System.Buffers.Binary;
using System.Text;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Runtime.Transport;

/// <summary>Gives messages their bytes, for transports that carry bytes; a frame's header and body travel beside the head.</summary>
/// <remarks>
/// <code>
/// head: | u8 version | u8 kind | u16 0 | u32 channel | i64 first | i64 second | u32 frame's checksum | u32 head's checksum | payload |
/// payload of Open:             | i64 generation | i64 attempt | i32 edge | i32 producer | i32 consumer | job, UTF-8 |
/// first of Open:               window; second: reserve
/// payload of Data, Control:    the frame's application metadata; second is the length of its body
/// payload of Refused, Failed:  text, UTF-8
/// </code>
/// Little-endian. The head's checksum is over all of it but itself: a bit that flips in a token would fence a job that lives. What does not fit is an error; nothing is reserved by what a head says.
/// </remarks>
public static class WireFormat
{
    private const byte Version = 3;
    private const int HeadBytes = 32;
    private const int ChecksumAt = 28;
    private const int OpenBytes = 28;
    private const int MostPayloadBytes = 64 << 10;
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes the head of a message.</summary>
    public static byte[] WriteHead(WireMessage message)
    {
        byte[] text = message.Kind switch
        {
            WireKind.Open => s_utf8.GetBytes(message.Id!.Job),
            WireKind.Refused or WireKind.Failed => s_utf8.GetBytes(Shortened(message.Text)),
            _ => [],
        };
        ReadOnlySpan<byte> payload = message.Frame is { } frame ? frame.AppMetadata.Span : text;
        int opening = message.Kind == WireKind.Open ? OpenBytes : 0;
        var head = new byte[HeadBytes + opening + payload.Length];
        head[0] = Version;
        head[1] = (byte)message.Kind;
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(4), message.Channel);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(8), message.First);
        BinaryPrimitives.WriteInt64LittleEndian(
            head.AsSpan(16), message.Frame is null ? message.Second : message.Frame.Body?.Bytes ?? -1);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(24), message.Checksum);
        if (opening > 0)
        {
            Span<byte> id = head.AsSpan(HeadBytes);
            BinaryPrimitives.WriteInt64LittleEndian(id, message.Token.Generation);
            BinaryPrimitives.WriteInt64LittleEndian(id[8..], message.Token.Attempt);
            BinaryPrimitives.WriteInt32LittleEndian(id[16..], message.Id!.Edge);
            BinaryPrimitives.WriteInt32LittleEndian(id[20..], message.Id.Producer);
            BinaryPrimitives.WriteInt32LittleEndian(id[24..], message.Id.Consumer);
        }

        payload.CopyTo(head.AsSpan(HeadBytes + opening));
        Seal(head);
        return head;
    }

    /// <summary>Writes the checksum of a head into it.</summary>
    internal static void Seal(Span<byte> head) => BinaryPrimitives.WriteUInt32LittleEndian(head[ChecksumAt..], Checksum(head));

    private static uint Checksum(ReadOnlySpan<byte> head) =>
        Crc32C.Append(Crc32C.Append(Crc32C.Empty, head[..ChecksumAt]), head[HeadBytes..]);

    /// <summary>Reads a message.</summary>
    /// <param name="head">Its head; the message keeps it.</param>
    /// <param name="header">The header of its frame; the message keeps it.</param>
    /// <param name="body">The body of its frame, which moves, also on failure; null where it has none.</param>
    /// <exception cref="ExternalException">The bytes are not a message (5071).</exception>
    public static WireMessage Read(ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> header, NativeBuffer? body)
    {
        NativeBuffer? owned = body;
        try
        {
            WireMessage message = ReadHead(head, header, body);
            if (message.Frame is not null)
            {
                owned = null;
            }

            return message;
        }
        finally
        {
            owned?.Release();
        }
    }

    private static WireMessage ReadHead(ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> header, NativeBuffer? body)
    {
        ReadOnlySpan<byte> bytes = head.Span;
        if (bytes.Length < HeadBytes || bytes.Length > HeadBytes + OpenBytes + MostPayloadBytes)
        {
            throw TransportFailure.Protocol($"Message of a link has a head of {bytes.Length} bytes.");
        }

        if (bytes[0] != Version || bytes[2] != 0 || bytes[3] != 0)
        {
            throw TransportFailure.Protocol($"Message of a link has an unknown version: {bytes[0]}, expected {Version}.");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumAt..]) != Checksum(bytes))
        {
            throw TransportFailure.Protocol($"Message of a link was changed on its way: {bytes.Length} bytes.");
        }

        var kind = (WireKind)bytes[1];
        uint channel = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        long first = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        long second = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]);
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]);
        ReadOnlyMemory<byte> payload = head[HeadBytes..];
        if (kind is WireKind.Data or WireKind.Control)
        {
            if ((body?.Length ?? -1) != second && !(second <= 0 && (body is null || body.Length == 0)))
            {
                throw TransportFailure.Protocol($"Body of a frame has {body?.Length ?? 0} bytes, its head says {second}.");
            }

            return new WireMessage(kind, channel, first)
            {
                Checksum = checksum, Frame = Framed(header, payload, body, second),
            };
        }

        if (body is { Length: > 0 } || !header.IsEmpty)
        {
            throw TransportFailure.Protocol($"Message of a link has a body that its kind has not: {kind}.");
        }

        return kind switch
        {
            WireKind.Open => ReadOpen(channel, first, second, payload.Span),
            WireKind.Refused or WireKind.Failed =>
                new WireMessage(kind, channel, first, second) { Text = Text(payload.Span) },
            >= WireKind.Credit and <= WireKind.Count when payload.IsEmpty => new WireMessage(kind, channel, first, second),
            _ => throw TransportFailure.Protocol($"Message of a link has an unknown kind or form: {(byte)kind}."),
        };
    }

    /// <summary>Makes a frame; an empty body may arrive as none, and is what the head says.</summary>
    private static Frame Framed(
        ReadOnlyMemory<byte> header, ReadOnlyMemory<byte> appMetadata, NativeBuffer? body, long declared)
    {
        if (body is not null && declared < 0)
        {
            body.Release();
            body = null;
        }

        return new Frame(header, body is null ? null : FrameBody.Of(body), appMetadata);
    }

    private static WireMessage ReadOpen(uint channel, long window, long reserve, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < OpenBytes || window <= 0 || reserve <= 0)
        {
            throw TransportFailure.Protocol(
                $"Opening of a channel is malformed: {payload.Length} bytes, window {window}, reserve {reserve}.");
        }

        return new WireMessage(WireKind.Open, channel, window, reserve)
        {
            Token = new FencingToken(
                BinaryPrimitives.ReadInt64LittleEndian(payload), BinaryPrimitives.ReadInt64LittleEndian(payload[8..])),
            Id = new ChannelId(
                Text(payload[OpenBytes..]),
                BinaryPrimitives.ReadInt32LittleEndian(payload[16..]),
                BinaryPrimitives.ReadInt32LittleEndian(payload[20..]),
                BinaryPrimitives.ReadInt32LittleEndian(payload[24..])),
        };
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return s_utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw TransportFailure.Protocol("Message of a link holds text that is no UTF-8.");
        }
    }

    private static string Shortened(string text) => text.Length <= MostPayloadBytes / 4 ? text : text[..(MostPayloadBytes / 4)];
}
