using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Connectors.Formats.Values;

/// <summary>Writes values as text into reserved room; each method returns the end. 16 bytes behind it may be overwritten.</summary>
internal static unsafe class FastText
{
    /// <summary>Most bytes of any number, date or time.</summary>
    public const int MaxLength = 48;

    private static readonly uint[] Four = MakeFour();
    private static readonly double[] Tens = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];

    /// <summary>Writes an integer.</summary>
    public static byte* Int64(byte* p, long value)
    {
        ulong rest = (ulong)value;
        if (value < 0)
        {
            *p++ = (byte)'-';
            rest = 0 - rest;
        }

        if (rest < 10_000)
        {
            return First((uint)rest, p);
        }

        if (rest < 100_000_000)
        {
            (uint high, uint low) = Math.DivRem((uint)rest, 10_000u);
            p = First(high, p);
            Unsafe.WriteUnaligned(p, Four[low]);
            return p + 4;
        }

        ulong top = rest / 100_000_000;
        (uint third, uint fourth) = Math.DivRem((uint)(rest - (top * 100_000_000)), 10_000u);
        p = Int64(p, (long)top);
        Unsafe.WriteUnaligned(p, Four[third]);
        Unsafe.WriteUnaligned(p + 4, Four[fourth]);
        return p + 8;
    }

    /// <summary>Writes a finite number: the shortest text that reads back as the same value.</summary>
    public static byte* Float64(byte* p, double value)
    {
        double size = Math.Abs(value);
        if (size is >= 1e-3 and < 1e7)
        {
            for (int k = 1; k < Tens.Length; k++)
            {
                double scaled = Math.Round(size * Tens[k]);
                if (scaled / Tens[k] == size && scaled < 9007199254740992)
                {
                    return Plain(p, (ulong)scaled, k, value < 0);
                }
            }
        }

        return p + NumberText.Format(value, new Span<byte>(p, NumberText.MaxLength));
    }

    /// <summary>Writes a finite number of single precision.</summary>
    public static byte* Float32(byte* p, float value) =>
        p + NumberText.Format(value, new Span<byte>(p, NumberText.MaxLength));

    /// <summary>Writes a decimal.</summary>
    public static byte* Decimal(byte* p, Int128 value, int scale)
    {
        if (scale == 0 && value == (long)value)
        {
            return Int64(p, (long)value);
        }

        return p + DecimalText.Format(value, scale, new Span<byte>(p, DecimalText.MaxLength));
    }

    /// <summary>Writes a decimal without zeros behind it: plain down to six zeros behind the point, else with an exponent.</summary>
    /// <remarks>100000 is 1E+5, 12.50 is 12.5, 0.000000027 is 2.7E-8.</remarks>
    public static byte* ScientificDecimal(byte* p, Int128 value, int scale)
    {
        if (value == 0)
        {
            *p = (byte)'0';
            return p + 1;
        }

        while (value % 10 == 0)
        {
            value /= 10;
            scale--;
        }

        Span<byte> digits = stackalloc byte[MaxLength];
        int length = DecimalText.Format(Int128.Abs(value), 0, digits);
        int exponent = length - 1 - scale;
        if (scale >= 0 && exponent >= -6)
        {
            return Decimal(p, value, scale);
        }

        if (value < 0)
        {
            *p++ = (byte)'-';
        }

        *p++ = digits[0];
        if (length > 1)
        {
            *p++ = (byte)'.';
            digits[1..length].CopyTo(new Span<byte>(p, length - 1));
            p += length - 1;
        }

        *p++ = (byte)'E';
        *p++ = exponent < 0 ? (byte)'-' : (byte)'+';
        return Int64(p, Math.Abs(exponent));
    }

    /// <summary>Writes a date.</summary>
    public static byte* Date(byte* p, int days) => p + DateText.Format(days, new Span<byte>(p, DateText.MaxLength));

    /// <summary>Writes a time of day with as many fraction digits as it has.</summary>
    public static byte* Time(byte* p, int millis)
    {
        p = Clock(p, millis / 1000);
        return Fraction(p, (millis % 1000) * 1_000_000L);
    }

    /// <summary>Writes date and time parted by <paramref name="separator"/>, with as many fraction digits as it has.</summary>
    public static byte* Timestamp(byte* p, long value, TimeUnit unit, byte separator, ref DayText day)
    {
        long perSecond = TimestampText.PerSecond(unit);
        long seconds = CivilDate.FloorDiv(value, perSecond);
        long days = CivilDate.FloorDiv(seconds, 86_400);
        p = day.Write(p, (int)days);
        *p = separator;
        p = Clock(p + 1, (int)(seconds - (days * 86_400)));
        return Fraction(p, (value - (seconds * perSecond)) * (1_000_000_000 / perSecond));
    }

    private static byte* Clock(byte* p, int second)
    {
        int minutes = second / 60;
        int hours = minutes / 60;
        Two(p, hours);
        p[2] = (byte)':';
        Two(p + 3, minutes - (hours * 60));
        p[5] = (byte)':';
        Two(p + 6, second - (minutes * 60));
        return p + 8;
    }

    private static byte* Fraction(byte* p, long nanos)
    {
        if (nanos == 0)
        {
            return p;
        }

        *p++ = (byte)'.';
        for (long unit = 100_000_000; nanos != 0; unit /= 10)
        {
            long digit = nanos / unit;
            *p++ = (byte)('0' + digit);
            nanos -= digit * unit;
        }

        return p;
    }

    private static byte* Plain(byte* p, ulong mantissa, int fraction, bool negative)
    {
        if (negative)
        {
            *p++ = (byte)'-';
        }

        ulong unit = (ulong)Tens[fraction];
        ulong whole = mantissa / unit;
        ulong rest = mantissa - (whole * unit);
        p = Int64(p, (long)whole);
        *p++ = (byte)'.';
        for (int i = fraction; i-- > 0;)
        {
            (rest, ulong digit) = Math.DivRem(rest, 10);
            p[i] = (byte)('0' + digit);
        }

        return p + fraction;
    }

    private static byte* First(uint value, byte* p)
    {
        int digits = value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : 4;
        Unsafe.WriteUnaligned(p, Four[value] >> ((4 - digits) * 8));
        return p + digits;
    }

    private static void Two(byte* p, int value) => Unsafe.WriteUnaligned(p, (ushort)(Four[value] >> 16));

    private static uint[] MakeFour()
    {
        var table = new uint[10_000];
        for (uint i = 0; i < table.Length; i++)
        {
            table[i] = 0x30303030 | (i / 1000) | ((i / 100 % 10) << 8) | ((i / 10 % 10) << 16) | ((i % 10) << 24);
        }

        return table;
    }
}
