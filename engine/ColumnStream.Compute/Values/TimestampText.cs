using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Compute.Values;

/// <summary>Reads and writes date-times: <c>yyyy-MM-dd HH:mm:ss[.f…]</c>.</summary>
public static class TimestampText
{
    /// <summary>Most bytes that <c>Format</c> writes.</summary>
    public const int MaxLength = 40;

    /// <summary>Reads a local date-time, with a space or <c>T</c> in the middle; a bare date is midnight.</summary>
    /// <returns>False for what is no date-time, or outside the range of 64 bits in <paramref name="unit"/>.</returns>
    public static bool TryParse(ReadOnlySpan<byte> utf8, TimeUnit unit, out long value)
    {
        if (utf8.Length >= 19 && TryParseFast(utf8, out long seconds))
        {
            if (utf8.Length == 19)
            {
                return FromParts(seconds, 0, unit, out value);
            }

            if (utf8[19] == '.')
            {
                int end = Digits.ReadFraction(utf8, 20, out int nanos);
                if (end == utf8.Length && end > 20)
                {
                    return FromParts(seconds, nanos, unit, out value);
                }
            }
        }

        return TryParseSlow(utf8, unit, instant: false, out value);
    }

    /// <summary>
    /// Reads an instant: a date-time with <c>Z</c> or an offset behind it; without one it is taken as UTC.
    /// </summary>
    public static bool TryParseInstant(ReadOnlySpan<byte> utf8, TimeUnit unit, out long value) =>
        TryParseSlow(utf8, unit, instant: true, out value);

    /// <summary>Writes <c>yyyy-MM-dd HH:mm:ss</c> and <paramref name="precision"/> fraction digits.</summary>
    /// <returns>The bytes written.</returns>
    public static int Format(long value, TimeUnit unit, int precision, Span<byte> destination, byte separator = 0x20)
    {
        long perSecond = PerSecond(unit);
        long seconds = CivilDate.FloorDiv(value, perSecond);
        int nanos = (int)((value - (seconds * perSecond)) * (1_000_000_000 / perSecond));
        long days = CivilDate.FloorDiv(seconds, 86_400);
        int at = DateText.Format((int)days, destination);
        destination[at] = separator;
        return at + 1 + TimeText.Format((int)(seconds - (days * 86_400)), nanos, precision, destination[(at + 1)..]);
    }

    /// <summary>Returns the units of a second.</summary>
    public static long PerSecond(TimeUnit unit) => unit switch
    {
        TimeUnit.Second => 1,
        TimeUnit.Millisecond => 1_000,
        TimeUnit.Microsecond => 1_000_000,
        _ => 1_000_000_000,
    };

    /// <summary>Reads the 19 bytes of <c>yyyy-MM-dd HH:mm:ss</c> with one digit test for all.</summary>
    private static bool TryParseFast(ReadOnlySpan<byte> utf8, out long seconds)
    {
        seconds = 0;
        ref byte text = ref Unsafe.AsRef(in utf8[0]);
        Vector128<byte> head = Vector128.LoadUnsafe(ref text);
        Vector128<byte> digits = head - Vector128.Create((byte)'0');
        uint notDigit = Vector128.GreaterThan(digits, Vector128.Create((byte)9)).ExtractMostSignificantBits();
        const uint Marks = (1u << 4) | (1u << 7) | (1u << 10) | (1u << 13);
        int second10 = utf8[17] - '0';
        int second1 = utf8[18] - '0';
        if (notDigit != Marks || utf8[4] != '-' || utf8[7] != '-' || utf8[13] != ':' || utf8[16] != ':'
            || (utf8[10] != ' ' && utf8[10] != 'T') || (uint)second10 > 5 || (uint)second1 > 9)
        {
            return false;
        }

        int year = (digits[0] * 1000) + (digits[1] * 100) + (digits[2] * 10) + digits[3];
        int month = (digits[5] * 10) + digits[6];
        int day = (digits[8] * 10) + digits[9];
        int hour = (digits[11] * 10) + digits[12];
        int minute = (digits[14] * 10) + digits[15];
        if (hour > 23 || minute > 59 || !CivilDate.IsValid(year, month, day))
        {
            return false;
        }

        seconds = (CivilDate.ToDays(year, month, day) * 86_400L) + (hour * 3600) + (minute * 60)
            + (second10 * 10) + second1;
        return true;
    }

    private static bool TryParseSlow(ReadOnlySpan<byte> utf8, TimeUnit unit, bool instant, out long value)
    {
        value = 0;
        utf8 = Digits.Trim(utf8);
        int at = DateText.ParsePrefix(utf8, out int days);
        if (at == 0)
        {
            return false;
        }

        int secondOfDay = 0;
        int nanos = 0;
        if (at < utf8.Length && (utf8[at] is (byte)' ' or (byte)'T'))
        {
            int used = TimeText.ParsePrefix(utf8[(at + 1)..], out secondOfDay, out nanos);
            if (used == 0)
            {
                return false;
            }

            at += 1 + used;
        }

        int offset = 0;
        if (instant && at < utf8.Length)
        {
            at = ReadOffset(utf8, at, out offset);
        }

        return at == utf8.Length && FromParts((days * 86_400L) + secondOfDay - offset, nanos, unit, out value);
    }

    private static int ReadOffset(ReadOnlySpan<byte> utf8, int at, out int offsetSeconds)
    {
        offsetSeconds = 0;
        if (utf8[at] is (byte)'Z' or (byte)'z')
        {
            return at + 1;
        }

        if (utf8[at] is not ((byte)'+' or (byte)'-'))
        {
            return -1;
        }

        int sign = utf8[at] == '-' ? -1 : 1;
        int end = Digits.Read(utf8, at + 1, 2, out int hours);
        int minutes = 0;
        if (end != 0 && end < utf8.Length)
        {
            end = Digits.Read(utf8, utf8[end] == ':' ? end + 1 : end, 2, out minutes);
        }

        offsetSeconds = sign * ((hours * 3600) + (minutes * 60));
        return end == 0 || hours > 18 || minutes > 59 ? -1 : end;
    }

    internal static bool FromParts(long seconds, int nanos, TimeUnit unit, out long value)
    {
        long perSecond = PerSecond(unit);
        Int128 exact = ((Int128)seconds * perSecond) + (nanos / (1_000_000_000 / perSecond));
        value = (long)exact;
        return exact == value;
    }
}
