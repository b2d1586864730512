using System;
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace ColumnStream.Connectors.Files;

/// <summary>Computes CRC-32C, eight bytes at a time.</summary>
internal static class Checksum
{
    private const int TailBytes = 4096;

    /// <summary>Returns the value before any byte.</summary>
    public const uint Start = uint.MaxValue;

    /// <summary>Adds bytes to a value.</summary>
    public static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (byte b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return crc;
    }

    /// <summary>Returns a value as ledgers hold it.</summary>
    public static string ToText(uint crc) => string.Create(CultureInfo.InvariantCulture, $"crc32c:{crc:x8}");

    /// <summary>Returns the value of the last 4 KiB before <paramref name="end"/>; 0 for nothing.</summary>
    public static uint OfTail(FileContent file, long end)
    {
        Span<byte> bytes = stackalloc byte[TailBytes];
        long from = Math.Max(0, end - TailBytes);
        int length = 0;
        while (from + length < end)
        {
            int read = file.Read(bytes[length..(int)(end - from)], from + length);
            if (read == 0)
            {
                break;
            }

            length += read;
        }

        return length == 0 ? 0 : Add(Start, bytes[..length]);
    }

    /// <summary>Returns the value of a whole file.</summary>
    public static uint OfFile(FileContent file)
    {
        byte[] bytes = new byte[256 << 10];
        uint crc = Start;
        long at = 0;
        while (true)
        {
            int read = file.Read(bytes, at);
            if (read == 0)
            {
                return crc;
            }

            crc = Add(crc, bytes.AsSpan(0, read));
            at += read;
        }
    }
}
