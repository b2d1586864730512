using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace ColumnStream.Testing.Hostile;

/// <summary>Writes HTTP/2 frames as they are asked for, also those that no client of good will sends.</summary>
public static class Http2Frame
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte Priority = 2;
    public const byte Reset = 3;
    public const byte Settings = 4;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    public const byte WindowUpdate = 8;
    public const byte Continuation = 9;
    public const byte EndStream = 1;
    public const byte Ack = 1;
    public const byte EndHeaders = 4;
    public const int HeadBytes = 9;
    private const int PathName = 4;
    private const int TypeName = 31;
    private const int AuthorizationName = 23;

    /// <summary>Gets what a connection begins with.</summary>
    public static byte[] Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();

    /// <summary>Makes a frame.</summary>
    public static byte[] Make(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[HeadBytes + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), (ushort)payload.Length);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(HeadBytes));
        return frame;
    }

    /// <summary>Makes a SETTINGS frame with one setting.</summary>
    public static byte[] Setting(ushort name, int value)
    {
        var payload = new byte[6];
        BinaryPrimitives.WriteUInt16BigEndian(payload, name);
        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(2), value);
        return Make(Settings, 0, 0, payload);
    }

    /// <summary>Makes a WINDOW_UPDATE frame.</summary>
    public static byte[] Window(int stream, int increment) => Make(WindowUpdate, 0, stream, Number(increment));

    /// <summary>Makes a RST_STREAM frame that cancels.</summary>
    public static byte[] Cancel(int stream) => Make(Reset, 0, stream, Number(8));

    /// <summary>Writes the header block of a gRPC call.</summary>
    public static byte[] Call(string path, string? token, params IEnumerable<(string Name, string Value)> more)
    {
        using var block = new MemoryStream();
        // :method POST, :scheme http.
        block.Write([0x83, 0x86]);
        Literal(block, PathName, path);
        Literal(block, 1, "x");
        Literal(block, TypeName, "application/grpc");
        if (token is not null)
        {
            Literal(block, AuthorizationName, "Bearer " + token);
        }

        foreach ((string name, string value) in more)
        {
            block.WriteByte(0);
            Text(block, name);
            Text(block, value);
        }

        return block.ToArray();
    }

    /// <summary>Writes a header that goes into the table of its connection, so that one byte repeats it.</summary>
    public static byte[] Indexed(string name, string value)
    {
        using var block = new MemoryStream();
        block.WriteByte(0x40);
        Text(block, name);
        Text(block, value);
        return block.ToArray();
    }

    /// <summary>Writes a gRPC message with its prefix.</summary>
    public static byte[] Message(ReadOnlySpan<byte> payload, bool isCompressed = false, uint? length = null)
    {
        var message = new byte[5 + payload.Length];
        message[0] = isCompressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(1), length ?? (uint)payload.Length);
        payload.CopyTo(message.AsSpan(5));
        return message;
    }

    /// <summary>Writes a field of bytes as protobuf does, with another length if one is given.</summary>
    public static byte[] Field(int number, ReadOnlySpan<byte> value, ulong? length = null)
    {
        using var field = new MemoryStream();
        Varint(field, ((ulong)number << 3) | 2);
        Varint(field, length ?? (ulong)value.Length);
        field.Write(value);
        return field.ToArray();
    }

    private static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static void Varint(MemoryStream target, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            target.WriteByte((byte)(value | 0x80));
        }

        target.WriteByte((byte)value);
    }

    private static void Literal(MemoryStream block, int name, string value)
    {
        Integer(block, 0, 4, name);
        Text(block, value);
    }

    private static void Text(MemoryStream block, string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        Integer(block, 0, 7, bytes.Length);
        block.Write(bytes);
    }

    private static void Integer(MemoryStream block, byte pattern, int bits, int value)
    {
        int most = (1 << bits) - 1;
        if (value < most)
        {
            block.WriteByte((byte)(pattern | value));
            return;
        }

        block.WriteByte((byte)(pattern | most));
        Varint(block, (ulong)(value - most));
    }
}
