using System;
using System.Buffers.Binary;

namespace ColumnStream.Flight.Http2;

/// <summary>Heads a frame.</summary>
/// <remarks>
/// <code>
/// | u24 length, big-endian | u8 type | u8 flags | u32 stream, its first bit ignored | payload |
/// </code>
/// </remarks>
internal readonly record struct FrameHead(int Length, FrameType Type, int Flags, int Stream)
{
    public const int Bytes = 9;
    public const int Ack = 1;
    public const int EndStream = 1;
    public const int EndHeaders = 4;
    public const int Padded = 8;
    public const int HasPriority = 0x20;

    public bool Has(int flag) => (Flags & flag) != 0;

    public static FrameHead Read(ReadOnlySpan<byte> from) => new(
        (int)(BinaryPrimitives.ReadUInt32BigEndian(from) >> 8), (FrameType)from[3], from[4],
        BinaryPrimitives.ReadInt32BigEndian(from[5..]) & int.MaxValue);

    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteInt32BigEndian(target, Length << 8);
        target[3] = (byte)Type;
        target[4] = (byte)Flags;
        BinaryPrimitives.WriteInt32BigEndian(target[5..], Stream);
    }
}
