using System;

namespace ColumnStream.Compute.Values;

/// <summary>Reads and writes times of day: <c>HH:mm:ss[.fff]</c>.</summary>
public static class TimeText
{
    /// <summary>Most bytes that <c>Format</c> writes.</summary>
    public const int MaxLength = 18;

    /// <summary>Reads <c>HH:mm[:ss[.f…]]</c>, spaces around it allowed, as milliseconds of the day.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out int millis)
    {
        utf8 = Digits.Trim(utf8);
        int used = ParsePrefix(utf8, out int seconds, out int nanos);
        millis = (seconds * 1000) + (nanos / 1_000_000);
        return used > 0 && used == utf8.Length;
    }

    /// <summary>
    /// Writes <c>HH:mm:ss</c> and <paramref name="precision"/> fraction digits; returns the bytes written.
    /// </summary>
    public static int Format(int millis, int precision, Span<byte> destination) =>
        Format(millis / 1000, millis % 1000 * 1_000_000, precision, destination);

    internal static int Format(int seconds, int nanos, int precision, Span<byte> destination)
    {
        Digits.Write2(seconds / 3600, destination);
        destination[2] = (byte)':';
        Digits.Write2(seconds / 60 % 60, destination[3..]);
        destination[5] = (byte)':';
        Digits.Write2(seconds % 60, destination[6..]);
        if (precision == 0)
        {
            return 8;
        }

        destination[8] = (byte)'.';
        for (int i = precision; i < 9; i++)
        {
            nanos /= 10;
        }

        Digits.Write(nanos, precision, destination[9..]);
        return 9 + precision;
    }

    /// <summary>Reads a time at the start and returns the bytes used, or 0.</summary>
    internal static int ParsePrefix(ReadOnlySpan<byte> utf8, out int seconds, out int nanos)
    {
        seconds = 0;
        nanos = 0;
        int at = Digits.Read(utf8, 0, 2, out int hour);
        if (at == 0 || at >= utf8.Length || utf8[at] != ':' || hour > 23)
        {
            return 0;
        }

        at = Digits.Read(utf8, at + 1, 2, out int minute);
        if (at == 0 || minute > 59)
        {
            return 0;
        }

        seconds = (hour * 3600) + (minute * 60);
        if (at >= utf8.Length || utf8[at] != ':')
        {
            return at;
        }

        at = Digits.Read(utf8, at + 1, 2, out int second);
        if (at == 0 || second > 59)
        {
            return 0;
        }

        seconds += second;
        if (at < utf8.Length && (utf8[at] is (byte)'.' or (byte)','))
        {
            int end = Digits.ReadFraction(utf8, at + 1, out nanos);
            return end == at + 1 ? 0 : end;
        }

        return at;
    }
}
