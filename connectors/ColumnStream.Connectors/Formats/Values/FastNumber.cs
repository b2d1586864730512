using System.Numerics;
using System.Runtime.CompilerServices;

namespace ColumnStream.Connectors.Formats.Values;

/// <summary>Parses plain numbers in place, eight digits at a time; what is not plain is left to the exact readers.</summary>
/// <remarks>Up to 32 bytes behind the number must be readable. Each method returns the end, or null.</remarks>
internal static unsafe class FastNumber
{
    private static readonly double[] Tens =
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    ];

    private static readonly long[] Powers =
    [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
        100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
        10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000,
    ];

    /// <summary>Returns the largest unscaled value of a decimal of at most 18 digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long DecimalLimit(int precision) => Powers[precision] - 1;

    /// <summary>Parses <c>-?(0|[1-9][0-9]*)</c> of at most 18 digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Int64(byte* p, out long value)
    {
        long sign = *p == '-' ? -1 : 0;
        p -= sign;
        ulong word = Unsafe.ReadUnaligned<ulong>(p) ^ 0x3030303030303030;
        ulong stops = ((word + 0x7676767676767676) | word) & 0x8080808080808080;
        if (stops != 0)
        {
            int count = BitOperations.TrailingZeroCount(stops) >> 3;
            value = ((long)Combine(word, count) ^ sign) - sign;
            return count == 0 || ((byte)word == 0 && count > 1) ? null : p + count;
        }

        return LongInt64(p, sign, word, out value);
    }

    /// <summary>Parses a plain decimal of at most 15 digits, no exponent, as the nearest binary64.</summary>
    public static byte* Float64(byte* p, out double value)
    {
        byte* end = Mantissa(p, out long mantissa, out int fraction, out bool negative);
        double magnitude = mantissa / Tens[fraction];
        value = negative ? -magnitude : magnitude;
        return end is null || (*end | 0x20) == 'e' || mantissa > 999_999_999_999_999 ? null : end;
    }

    /// <summary>Parses a plain decimal with at most <paramref name="scale"/> fraction digits, no exponent.</summary>
    public static byte* Decimal64(byte* p, int scale, long limit, out long value)
    {
        byte* end = Mantissa(p, out long mantissa, out int fraction, out bool negative);
        value = 0;
        if (end is null || (*end | 0x20) == 'e' || fraction > scale)
        {
            return null;
        }

        long factor = Powers[scale - fraction];
        if (mantissa > limit / factor)
        {
            return null;
        }

        value = negative ? -mantissa * factor : mantissa * factor;
        return end;
    }

    /// <summary>Parses sign, integer digits and fraction digits, at most 18 together, as one integer.</summary>
    private static byte* Mantissa(byte* p, out long mantissa, out int fraction, out bool negative)
    {
        negative = *p == '-';
        p += negative ? 1 : 0;
        fraction = 0;
        byte* point = Digits(p, 0, out mantissa);
        long digits = point - p;
        if (digits is 0 or > 18 || (*p == '0' && digits > 1))
        {
            return null;
        }

        if (*point != '.')
        {
            return point;
        }

        byte* end = Digits(point + 1, mantissa, out mantissa);
        fraction = (int)(end - point - 1);
        if (fraction == 0 || digits + fraction > 18)
        {
            fraction = 0;
            return null;
        }

        return end;
    }

    /// <summary>Continues <paramref name="value"/> with the digits at <paramref name="p"/>; wraps behind 18 digits.</summary>
    private static byte* Digits(byte* p, long value, out long result)
    {
        while (true)
        {
            ulong word = Unsafe.ReadUnaligned<ulong>(p) ^ 0x3030303030303030;
            ulong stops = ((word + 0x7676767676767676) | word) & 0x8080808080808080;
            int count = stops == 0 ? 8 : BitOperations.TrailingZeroCount(stops) >> 3;
            value = (value * Powers[count]) + (long)Combine(word, count);
            p += count;
            if (count < 8)
            {
                result = value;
                return p;
            }
        }
    }

    private static byte* LongInt64(byte* p, long sign, ulong word, out long value)
    {
        byte* end = Digits(p + 8, (long)Combine(word, 8), out long magnitude);
        value = (magnitude ^ sign) - sign;
        return end - p > 18 || *p == '0' ? null : end;
    }

    /// <summary>Reads the first <paramref name="count"/> digit values (0–8) of a little-endian word as one number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Combine(ulong word, int count)
    {
        word = count == 0 ? 0 : word << ((8 - count) * 8);
        word = ((word & 0x0F0F0F0F0F0F0F0F) * 2561) >> 8;
        word = ((word & 0x00FF00FF00FF00FF) * 6553601) >> 16;
        return ((word & 0x0000FFFF0000FFFF) * 42949672960001) >> 32;
    }
}
