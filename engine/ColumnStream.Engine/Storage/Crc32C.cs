using System;
using System.Buffers.Binary;
using System.Numerics;

namespace ColumnStream.Engine.Storage;

/// <summary>Computes CRC-32C, eight bytes a step where the processor has the instruction.</summary>
public static class Crc32C
{
    /// <summary>Gets the checksum of nothing.</summary>
    public const uint Empty = 0;

    /// <summary>Adds bytes behind those of <paramref name="checksum"/>.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        uint state = ~checksum;
        while (bytes.Length >= 8)
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        foreach (byte value in bytes)
        {
            state = BitOperations.Crc32C(state, value);
        }

        return ~state;
    }
}
