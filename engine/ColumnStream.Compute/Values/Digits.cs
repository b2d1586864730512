using System;

namespace ColumnStream.Compute.Values;

/// <summary>Reads and writes runs of decimal digits in UTF-8.</summary>
internal static class Digits
{
    /// <summary>Reads 1 to <paramref name="most"/> digits; returns where they end, or 0 when there is none.</summary>
    public static int Read(ReadOnlySpan<byte> utf8, int start, int most, out int value)
    {
        value = 0;
        int end = start;
        int limit = Math.Min(utf8.Length, start + most);
        while (end < limit && (uint)(utf8[end] - '0') <= 9)
        {
            value = (value * 10) + (utf8[end] - '0');
            end++;
        }

        return end == start ? 0 : end;
    }

    /// <summary>Reads a fraction as nanoseconds; digits behind the ninth are dropped. Returns where it ends.</summary>
    public static int ReadFraction(ReadOnlySpan<byte> utf8, int start, out int nanos)
    {
        nanos = 0;
        int end = start;
        int scale = 100_000_000;
        while (end < utf8.Length && (uint)(utf8[end] - '0') <= 9)
        {
            nanos += (utf8[end] - '0') * scale;
            scale /= 10;
            end++;
        }

        return end;
    }

    public static void Write2(int value, Span<byte> destination)
    {
        destination[1] = (byte)('0' + (value % 10));
        destination[0] = (byte)('0' + (value / 10));
    }

    /// <summary>Writes exactly <paramref name="count"/> digits, zeros in front.</summary>
    public static void Write(long value, int count, Span<byte> destination)
    {
        for (int i = count - 1; i >= 0; i--)
        {
            destination[i] = (byte)('0' + (value % 10));
            value /= 10;
        }
    }

    /// <summary>Writes at least four digits of a year, with a sign below zero; returns the bytes written.</summary>
    public static int WriteYear(int year, Span<byte> destination)
    {
        int at = 0;
        if (year < 0)
        {
            destination[at++] = (byte)'-';
            year = -year;
        }

        int count = year < 10_000 ? 4 : year < 100_000 ? 5 : 6;
        Write(year, count, destination[at..]);
        return at + count;
    }

    /// <summary>Cuts ASCII white space off both ends.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> utf8)
    {
        int start = 0;
        int end = utf8.Length;
        while (start < end && utf8[start] <= ' ')
        {
            start++;
        }

        while (end > start && utf8[end - 1] <= ' ')
        {
            end--;
        }

        return utf8[start..end];
    }
}
