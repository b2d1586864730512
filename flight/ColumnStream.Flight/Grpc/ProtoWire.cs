using System;
using Google.Protobuf;

namespace ColumnStream.Flight.Grpc;

/// <summary>Reads and writes protobuf's primitives, and parses messages so that bad bytes become a status.</summary>
internal static class ProtoWire
{
    public const int MaxVarintBytes = 10;
    public const int Varint = 0;
    public const int Fixed64 = 1;
    public const int Delimited = 2;
    public const int Fixed32 = 5;

    /// <exception cref="GrpcException">The bytes are not such a message.</exception>
    public static T Parse<T>(MessageParser<T> parser, ReadOnlySpan<byte> bytes)
        where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new GrpcException(
                GrpcStatusCode.InvalidArgument, $"Message is not a readable {typeof(T).Name}: {error.Message}", error);
        }
    }

    /// <summary>Decodes an integer and returns its bytes: 0 when it goes on behind the span, -1 when it is too long.</summary>
    public static int ReadVarint(ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            if (i == MaxVarintBytes - 1 && bytes[i] > 1)
            {
                return -1;
            }

            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                return i + 1;
            }
        }

        return bytes.Length >= MaxVarintBytes ? -1 : 0;
    }

    public static int VarintBytes(ulong value)
    {
        int bytes = 1;
        for (; value >= 0x80; value >>= 7)
        {
            bytes++;
        }

        return bytes;
    }

    /// <summary>Writes an integer and returns its bytes.</summary>
    public static int WriteVarint(Span<byte> target, ulong value)
    {
        int at = 0;
        for (; value >= 0x80; value >>= 7)
        {
            target[at++] = (byte)(value | 0x80);
        }

        target[at++] = (byte)value;
        return at;
    }
}
