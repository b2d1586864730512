using System;
using System.Buffers.Binary;

namespace ColumnStream.Connectors.Jdbc;

/// <summary>Writes numbers in the binary form of numeric: digits to the base of 10,000, the weight of the first, sign, scale.</summary>
internal static class PostgresNumeric
{
    /// <summary>The most bytes of a number of 38 digits with any scale.</summary>
    public const int MaxBytes = 8 + (12 * 2);

    private const int Base = 10_000;
    private static ReadOnlySpan<short> Powers => [1, 10, 100, 1000];

    /// <summary>Writes <paramref name="unscaled"/> / 10^<paramref name="scale"/> and returns the bytes.</summary>
    public static int Write(Span<byte> to, Int128 unscaled, int scale)
    {
        bool isNegative = unscaled < 0;
        UInt128 rest = isNegative ? (UInt128)(-(unscaled + 1)) + 1 : (UInt128)unscaled;

        // From the least digit on; the lowest one holds what of the scale is not a multiple of four.
        Span<short> digits = stackalloc short[12];
        int count = 0;
        int behind = scale % 4;
        if (behind != 0)
        {
            var power = (UInt128)(uint)Powers[behind];
            digits[count++] = (short)((uint)(rest % power) * (uint)Powers[4 - behind]);
            rest /= power;
        }

        int fraction = (scale + 3) / 4;
        while (rest != 0 || count < fraction)
        {
            if (rest <= ulong.MaxValue)
            {
                (ulong next, ulong digit) = Math.DivRem((ulong)rest, Base);
                digits[count++] = (short)digit;
                rest = next;
            }
            else
            {
                digits[count++] = (short)(uint)(rest % Base);
                rest /= Base;
            }
        }

        int weight = count - fraction - 1;
        int first = 0;
        while (first < count && digits[first] == 0)
        {
            first++;
        }

        while (count > first && digits[count - 1] == 0)
        {
            count--;
            weight--;
        }

        int length = count - first;
        BinaryPrimitives.WriteInt16BigEndian(to, (short)length);
        BinaryPrimitives.WriteInt16BigEndian(to[2..], (short)(length == 0 ? 0 : weight));
        BinaryPrimitives.WriteUInt16BigEndian(to[4..], isNegative && length > 0 ? (ushort)0x4000 : (ushort)0);
        BinaryPrimitives.WriteInt16BigEndian(to[6..], (short)scale);
        for (int i = 0; i < length; i++)
        {
            BinaryPrimitives.WriteInt16BigEndian(to[(8 + (2 * i))..], digits[count - 1 - i]);
        }

        return 8 + (2 * length);
    }
}
