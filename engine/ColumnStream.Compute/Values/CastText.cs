using System;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Compute.Values;

/// <summary>Reads text as CAST does: dates and times may leave their last fields out, timestamps may not.</summary>
/// <remarks>
/// Dates: <c>y[-m[-d]]</c>, anything behind a space is ignored. Times: <c>H[:m[:s[.f]]]</c>. Timestamps:
/// <c>yyyy-[M]M-[d]d[ [H]H:[m]m:[s]s[.f…]]</c> with a day up to 31, which in a shorter month is its last; 24:00:00 is the
/// next midnight. No white space around them but where said.
/// </remarks>
public static class CastText
{
    /// <summary>Reads a date as days since 1970-01-01; years 0 to 9999.</summary>
    public static bool TryParseDate(ReadOnlySpan<byte> utf8, out int days)
    {
        days = 0;
        int space = utf8.IndexOf((byte)' ');
        ReadOnlySpan<byte> text = space > 0 ? utf8[..space] : utf8;
        int month = 1;
        int day = 1;
        if (!Field(ref text, (byte)'-', out int year) || (!text.IsEmpty && !Field(ref text, (byte)'-', out month))
            || (!text.IsEmpty && !Field(ref text, 0, out day)))
        {
            return false;
        }

        if (!text.IsEmpty || year > 9999 || !CivilDate.IsValid(year, month, day))
        {
            return false;
        }

        days = CivilDate.ToDays(year, month, day);
        return true;
    }

    /// <summary>Reads a time of day as milliseconds; digits behind the third are dropped.</summary>
    public static bool TryParseTime(ReadOnlySpan<byte> utf8, out int millis)
    {
        millis = 0;
        ReadOnlySpan<byte> text = utf8;
        int minute = 0;
        int second = 0;
        int nanos = 0;
        int point = text.IndexOf((byte)'.');
        if (point >= 0)
        {
            ReadOnlySpan<byte> fraction = Digits.Trim(text[(point + 1)..]);
            if (text[..point].Count((byte)':') != 2 || Digits.ReadFraction(fraction, 0, out nanos) != fraction.Length)
            {
                return false;
            }

            text = text[..point];
        }

        if (!Field(ref text, (byte)':', out int hour) || (!text.IsEmpty && !Field(ref text, (byte)':', out minute))
            || (!text.IsEmpty && !Field(ref text, 0, out second)))
        {
            return false;
        }

        if (!text.IsEmpty || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        millis = (((((hour * 60) + minute) * 60) + second) * 1000) + (nanos / 1_000_000);
        return true;
    }

    /// <summary>Returns what a binary number is read from: no white space around it, no type letter behind it.</summary>
    public static ReadOnlySpan<byte> Number(ReadOnlySpan<byte> utf8)
    {
        ReadOnlySpan<byte> text = Digits.Trim(utf8);
        return text.Length > 1 && text[^1] is (byte)'d' or (byte)'D' or (byte)'f' or (byte)'F'
            && text[^2] is (>= (byte)'0' and <= (byte)'9') or (byte)'.' ? text[..^1] : text;
    }

    /// <summary>Reads a local date-time; false also outside the range of 64 bits in <paramref name="unit"/>.</summary>
    public static bool TryParseTimestamp(ReadOnlySpan<byte> utf8, TimeUnit unit, out long value)
    {
        if (utf8.Length >= 19 && utf8[10] == ' ' && !utf8.StartsWith("0000"u8)
            && TimestampText.TryParse(utf8, unit, out value) && utf8[^1] is >= (byte)'0' and <= (byte)'9'
            && utf8.Length <= 29)
        {
            return true;
        }

        value = 0;
        ReadOnlySpan<byte> text = utf8;
        if (!Date(ref text, out int year, out int month, out int day))
        {
            return false;
        }

        long seconds = 0;
        int nanos = 0;
        if (!text.IsEmpty && !Time(text, out seconds, out nanos))
        {
            return false;
        }

        day = Math.Min(day, CivilDate.DaysInMonth(year, month));
        return TimestampText.FromParts((CivilDate.ToDays(year, month, day) * 86_400L) + seconds, nanos, unit, out value);
    }

    private static bool Date(ref ReadOnlySpan<byte> text, out int year, out int month, out int day)
    {
        month = 0;
        day = 0;
        bool plus = !text.IsEmpty && text[0] == '+';
        int yearEnd = Digits.Read(text, plus ? 1 : 0, 6, out year);
        if (yearEnd == 0 || (plus ? yearEnd < 6 : yearEnd != 4) || year == 0)
        {
            return false;
        }

        int monthEnd = Next(text, yearEnd, (byte)'-', out month);
        int dayEnd = monthEnd == 0 ? 0 : Next(text, monthEnd, (byte)'-', out day);
        if (dayEnd == 0 || month is < 1 or > 12 || day is < 1 or > 31)
        {
            return false;
        }

        text = text[dayEnd..];
        return true;
    }

    private static bool Time(ReadOnlySpan<byte> text, out long seconds, out int nanos)
    {
        seconds = 0;
        nanos = 0;
        int hourEnd = Next(text, 0, (byte)' ', out int hour);
        int minute = 0;
        int second = 0;
        int minuteEnd = hourEnd == 0 ? 0 : Next(text, hourEnd, (byte)':', out minute);
        int end = minuteEnd == 0 ? 0 : Next(text, minuteEnd, (byte)':', out second);
        if (end == 0)
        {
            return false;
        }

        if (end < text.Length && text[end] == '.')
        {
            int start = end + 1;
            end = Digits.ReadFraction(text, start, out nanos);
            if (end - start > 9)
            {
                return false;
            }
        }

        seconds = (((hour * 60L) + minute) * 60) + second;
        bool isNextMidnight = seconds == 86_400 && minute == 0 && second == 0 && nanos == 0;
        return end == text.Length && minute < 60 && second < 60 && (hour < 24 || isNextMidnight);
    }

    /// <summary>Reads a mark and one or two digits behind it; returns where they end, or 0.</summary>
    private static int Next(ReadOnlySpan<byte> text, int at, byte mark, out int value)
    {
        value = 0;
        return at < text.Length && text[at] == mark ? Digits.Read(text, at + 1, 2, out value) : 0;
    }

    /// <summary>Takes digits, white space allowed around them, up to a mark or the end.</summary>
    private static bool Field(ref ReadOnlySpan<byte> text, byte mark, out int value)
    {
        int end = mark == 0 ? -1 : text.IndexOf(mark);
        ReadOnlySpan<byte> field = Digits.Trim(end < 0 ? text : text[..end]);
        value = 0;
        bool isLast = end < 0;
        ReadOnlySpan<byte> rest = isLast ? [] : text[(end + 1)..];

        // A mark with nothing behind it leaves the next field empty, which is no number.
        bool ok = field.Length is > 0 and <= 9 && Digits.Read(field, 0, 9, out value) == field.Length
            && (isLast || !rest.IsEmpty);
        text = rest;
        return ok;
    }
}
