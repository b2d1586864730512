using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ColumnStream.Connectors.Formats.Values;

/// <summary>Parses plain numbers in place, up to 16 characters at once; what is not plain is left to the exact readers.</summary>
/// <remarks>Up to 32 bytes behind the number must be readable. Each method returns the end, or null.</remarks>
internal static unsafe class FastNumber
{
    private const int Width = 16;

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

    /// <summary>For each place of the point and each end: which bytes go where so that digits stand at the right, no point.</summary>
    private static readonly Vector128<byte>[] Alignments = MakeAlignments();

    /// <summary>Returns the largest unscaled value of a decimal of at most 18 digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long DecimalLimit(int precision) => Powers[precision] - 1;

    /// <summary>Returns a power of ten up to 10¹⁸.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Power(int exponent) => Powers[exponent];

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
    /// <remarks>Exact: the digits and the power of ten are integers below 2⁵³, so that one division rounds once.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Float64(byte* p, out double value)
    {
        byte* end = Mantissa(p, out long mantissa, out int fraction, out long sign);
        double magnitude = mantissa / Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Tens), fraction);
        value = BitConverter.Int64BitsToDouble(
            BitConverter.DoubleToInt64Bits(magnitude) | (sign & long.MinValue));
        return end is null || mantissa > 999_999_999_999_999 ? null : end;
    }

    /// <summary>Parses a plain decimal with at most <paramref name="scale"/> fraction digits, no exponent.</summary>
    public static byte* Decimal64(byte* p, int scale, long limit, out long value)
    {
        byte* end = Mantissa(p, out long mantissa, out int fraction, out long sign);
        value = 0;
        if (end is null || fraction > scale)
        {
            return null;
        }

        long factor = Powers[scale - fraction];
        if (mantissa > limit / factor)
        {
            return null;
        }

        value = ((mantissa * factor) ^ sign) - sign;
        return end;
    }

    /// <summary>Reads the digits at <paramref name="p"/>, at most 8, as one number; returns their count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Digits8(byte* p, out long value)
    {
        ulong word = Unsafe.ReadUnaligned<ulong>(p) ^ 0x3030303030303030;
        ulong stops = ((word + 0x7676767676767676) | word) & 0x8080808080808080;
        int count = stops == 0 ? 8 : BitOperations.TrailingZeroCount(stops) >> 3;
        value = (long)Combine(word, count);
        return count;
    }

    /// <summary>Parses sign, integer digits and fraction digits as one integer; an exponent behind them is refused.</summary>
    /// <remarks>At most 18 digits; the fast way takes all that has at most 15 characters without its sign.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Mantissa(byte* p, out long mantissa, out int fraction, out long sign)
    {
        sign = *p == '-' ? -1 : 0;
        p -= sign;
        if (VectorSwitch.Enabled)
        {
            Vector128<byte> digits = Vector128.Load(p) ^ Vector128.Create((byte)'0');
            Vector128<byte> isDigit = Vector128.Equals(Vector128.Min(digits, Vector128.Create((byte)9)), digits);
            uint stops = ~isDigit.ExtractMostSignificantBits();
            int point = BitOperations.TrailingZeroCount(stops);
            int end = point;
            if (p[point] == '.')
            {
                end = BitOperations.TrailingZeroCount(stops & (stops - 1));
            }

            if (end < Width)
            {
                int isFraction = end != point ? 1 : 0;
                fraction = end - point - isFraction;
                Vector128<ulong> aligned = Vector128.ShuffleNative(digits, Alignments[(point * Width) + end]).AsUInt64();
                mantissa = (long)((Eight(aligned.GetElement(0)) * 100_000_000) + Eight(aligned.GetElement(1)));
                bool wrong = point == 0 || end == point + 1 || (*p == '0' && point > 1) || (p[end] | 0x20) == 'e';
                return wrong ? null : p + end;
            }
        }

        return LongMantissa(p, out mantissa, out fraction);
    }

    private static byte* LongMantissa(byte* p, out long mantissa, out int fraction)
    {
        fraction = 0;
        byte* point = Digits(p, 0, out mantissa);
        long digits = point - p;
        if (digits is 0 or > 18 || (*p == '0' && digits > 1))
        {
            return null;
        }

        if (*point != '.')
        {
            return (*point | 0x20) == 'e' ? null : point;
        }

        byte* end = Digits(point + 1, mantissa, out mantissa);
        long count = end - point - 1;
        if (count == 0 || digits + count > 18 || (*end | 0x20) == 'e')
        {
            return null;
        }

        fraction = (int)count;
        return end;
    }

    /// <summary>Continues <paramref name="value"/> with the digits at <paramref name="p"/>; wraps behind 18 digits.</summary>
    private static byte* Digits(byte* p, long value, out long result)
    {
        while (true)
        {
            int count = Digits8(p, out long next);
            value = (value * Powers[count]) + next;
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
        byte* end = Digits(p + 8, (long)Eight(word), out long magnitude);
        value = (magnitude ^ sign) - sign;
        return end - p > 18 || *p == '0' ? null : end;
    }

    /// <summary>Reads the first <paramref name="count"/> digit values (0–8) of a little-endian word as one number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Combine(ulong word, int count) => Eight(count == 0 ? 0 : word << ((8 - count) * 8));

    /// <summary>Reads eight digit values of a little-endian word as one number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Eight(ulong word)
    {
        word = ((word & 0x0F0F0F0F0F0F0F0F) * 2561) >> 8;
        word = ((word & 0x00FF00FF00FF00FF) * 6553601) >> 16;
        return ((word & 0x0000FFFF0000FFFF) * 42949672960001) >> 32;
    }

    private static Vector128<byte>[] MakeAlignments()
    {
        var alignments = new Vector128<byte>[(Width + 1) * Width];
        Span<byte> bytes = stackalloc byte[Width];
        for (int point = 0; point <= Width; point++)
        {
            for (int end = 0; end < Width; end++)
            {
                bytes.Fill(0x80);
                int to = Width;
                for (int from = end; from-- > 0;)
                {
                    if (from != point)
                    {
                        bytes[--to] = (byte)from;
                    }
                }

                alignments[(point * Width) + end] = Vector128.Create<byte>(bytes);
            }
        }

        return alignments;
    }
}
