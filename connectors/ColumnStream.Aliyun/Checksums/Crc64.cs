using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ColumnStream.Aliyun.Checksums;

/// <summary>Computes CRC-64 of ECMA-182, reflected: the checksum that OSS gives in <c>x-oss-hash-crc64ecma</c>.</summary>
/// <remarks>
/// Where the processor multiplies without carry, 64 bytes are folded a step: a block B that stands D bits before another is
/// worth B·x^D there, modulo the polynomial. Constants are computed at start from the polynomial. Elsewhere eight tables of
/// 256 entries take eight bytes a step. The check value of "123456789" is 995DC9BBDF1939FA.
/// </remarks>
public static class Crc64
{
    /// <summary>The polynomial with its bits reversed.</summary>
    private const ulong Polynomial = 0xC96C5795D7870F42;

    /// <summary>Below this many bytes tables are as quick.</summary>
    private const int FoldingBytes = 128;

    private static readonly ulong[] s_tables = MakeTables();

    // In reversed form a product of two 64-bit words comes out one bit short, so exponents are one lower.
    private static readonly Vector128<ulong> s_by512 = Vector128.Create(PowerOfX(512 + 63), PowerOfX(512 - 1));
    private static readonly Vector128<ulong> s_by128 = Vector128.Create(PowerOfX(128 + 63), PowerOfX(128 - 1));

    /// <summary>Gets the checksum of nothing.</summary>
    public const ulong Empty = 0;

    /// <summary>Gets the checksum of bytes.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes) => Append(Empty, bytes);

    /// <summary>Adds bytes behind those of <paramref name="checksum"/>.</summary>
    public static ulong Append(ulong checksum, ReadOnlySpan<byte> bytes) =>
        Pclmulqdq.IsSupported && bytes.Length >= FoldingBytes
            ? ~Fold(~checksum, bytes)
            : ~ByTables(~checksum, bytes);

    /// <summary>Gets the checksum of bytes that stand behind others, from both checksums and the length of the second part.</summary>
    public static ulong Combine(ulong first, ulong second, long secondBytes) =>
        Multiply(first, PowerOfX((UInt128)(ulong)secondBytes * 8)) ^ second;

    /// <summary>Takes bytes into a raw state, eight a step.</summary>
    internal static ulong ByTables(ulong state, ReadOnlySpan<byte> bytes)
    {
        ref ulong tables = ref MemoryMarshal.GetArrayDataReference(s_tables);
        while (bytes.Length >= 8)
        {
            ulong word = state ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes);

            // Every index is a byte in its own table of 256: inside the eight tables.
            state = Unsafe.Add(ref tables, (nuint)(7 * 256) + (byte)word)
                ^ Unsafe.Add(ref tables, (nuint)(6 * 256) + (byte)(word >> 8))
                ^ Unsafe.Add(ref tables, (nuint)(5 * 256) + (byte)(word >> 16))
                ^ Unsafe.Add(ref tables, (nuint)(4 * 256) + (byte)(word >> 24))
                ^ Unsafe.Add(ref tables, (nuint)(3 * 256) + (byte)(word >> 32))
                ^ Unsafe.Add(ref tables, (nuint)(2 * 256) + (byte)(word >> 40))
                ^ Unsafe.Add(ref tables, (nuint)(1 * 256) + (byte)(word >> 48))
                ^ Unsafe.Add(ref tables, (nuint)(byte)(word >> 56));
            bytes = bytes[8..];
        }

        foreach (byte value in bytes)
        {
            state = s_tables[(byte)state ^ value] ^ (state >> 8);
        }

        return state;
    }

    /// <summary>Takes at least 64 bytes into a raw state, 64 a step; needs the processor's carry-less product.</summary>
    internal static ulong Fold(ulong state, ReadOnlySpan<byte> bytes)
    {
        ref byte start = ref MemoryMarshal.GetReference(bytes);
        Vector128<ulong> a = Load(ref start, 0) ^ Vector128.Create(state, 0);
        Vector128<ulong> b = Load(ref start, 16);
        Vector128<ulong> c = Load(ref start, 32);
        Vector128<ulong> d = Load(ref start, 48);
        Vector128<ulong> by512 = s_by512;
        int done = 64;
        for (; done <= bytes.Length - 64; done += 64)
        {
            a = Shift(a, by512) ^ Load(ref start, done);
            b = Shift(b, by512) ^ Load(ref start, done + 16);
            c = Shift(c, by512) ^ Load(ref start, done + 32);
            d = Shift(d, by512) ^ Load(ref start, done + 48);
        }

        Vector128<ulong> by128 = s_by128;
        a = Shift(a, by128) ^ b;
        a = Shift(a, by128) ^ c;
        a = Shift(a, by128) ^ d;
        for (; done <= bytes.Length - 16; done += 16)
        {
            a = Shift(a, by128) ^ Load(ref start, done);
        }

        // What is left is a message of 16 bytes with the same remainder as all of them.
        Span<byte> rest = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(rest, a.GetElement(0));
        BinaryPrimitives.WriteUInt64LittleEndian(rest[8..], a.GetElement(1));
        return ByTables(ByTables(0, rest), bytes[done..]);
    }

    /// <summary>Reads 16 bytes that the caller knows to be there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Load(ref byte start, int offset) =>
        Vector128.LoadUnsafe(ref start, (nuint)offset).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Shift(Vector128<ulong> block, Vector128<ulong> by) =>
        Pclmulqdq.CarrylessMultiply(block, by, 0x00) ^ Pclmulqdq.CarrylessMultiply(block, by, 0x11);

    /// <summary>Computes x^<paramref name="exponent"/> modulo the polynomial, reversed: bit 63 is x^0.</summary>
    private static ulong PowerOfX(UInt128 exponent)
    {
        ulong result = 1UL << 63;
        ulong square = 1UL << 62;
        for (; exponent != 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
            {
                result = Multiply(result, square);
            }

            square = Multiply(square, square);
        }

        return result;
    }

    /// <summary>Multiplies two polynomials modulo the polynomial, reversed.</summary>
    private static ulong Multiply(ulong left, ulong right)
    {
        ulong product = 0;
        for (int bit = 63; bit >= 0; bit--)
        {
            product ^= right & (0 - ((left >> bit) & 1));
            right = (right >> 1) ^ (Polynomial & (0 - (right & 1)));
        }

        return product;
    }

    private static ulong[] MakeTables()
    {
        ulong[] tables = new ulong[8 * 256];
        for (int i = 0; i < 256; i++)
        {
            ulong value = (ulong)i;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value >> 1) ^ (Polynomial & (0 - (value & 1)));
            }

            tables[i] = value;
        }

        for (int i = 256; i < tables.Length; i++)
        {
            tables[i] = tables[(byte)tables[i - 256]] ^ (tables[i - 256] >> 8);
        }

        return tables;
    }
}
