using System;
using System.Text;
using ColumnStream.Compute.Values;
using NodaTime;

namespace ColumnStream.Compute.Patterns;

/// <summary>Reads offsets from UTC and names of zones as date patterns write them.</summary>
internal static class OffsetText
{
    /// <summary>Reads an offset of the formatter's letters X, x, Z and O; returns the bytes used, or -1.</summary>
    public static int Read(ReadOnlySpan<byte> text, char letter, int count, ref long field)
    {
        if (letter == 'O' || (letter == 'Z' && count == 4))
        {
            return ReadLocalized(text, full: count == 4, ref field);
        }

        bool takesZ = letter == 'X' || (letter == 'Z' && count == 5);
        if (takesZ && text.StartsWith("Z"u8))
        {
            return ParsedFields.Set(ref field, 0) ? 1 : -1;
        }

        bool colon = count is 3 or 5 && letter is 'X' or 'x' || (letter == 'Z' && count == 5);
        bool minutes = count > 1 || letter == 'Z';
        bool seconds = count >= 4 && !(letter == 'Z' && count < 5);
        return ReadDigits(text, colon, minutes, !minutes, seconds, ref field);
    }

    /// <summary>Reads an offset of SimpleDateFormat's X and Z, which also knows GMT+8:00.</summary>
    public static int ReadSimple(ReadOnlySpan<byte> text, char letter, int count, ref long field)
    {
        if (letter == 'X')
        {
            if (text.StartsWith("Z"u8))
            {
                field = 0;
                return 1;
            }

            return count == 1 ? ReadDigits(text, colon: false, minutes: false, mayMinutes: false, false, ref field)
                : ReadDigits(text, colon: count == 3, minutes: true, mayMinutes: false, false, ref field);
        }

        if (text.StartsWith("GMT"u8) || text.StartsWith("UTC"u8))
        {
            int used = ReadLocalized(text, full: false, ref field);
            return used < 0 ? -1 : used;
        }

        return ReadDigits(text, colon: false, minutes: true, mayMinutes: false, false, ref field);
    }

    /// <summary>Reads the id of a zone; returns the bytes used, or -1.</summary>
    public static int ReadZone(ReadOnlySpan<byte> text, ref string? zone)
    {
        int end = 0;
        while (end < text.Length && (char.IsAsciiLetterOrDigit((char)text[end])
            || "/_+-:".Contains((char)text[end], StringComparison.Ordinal)))
        {
            end++;
        }

        string id = Encoding.ASCII.GetString(text[..end]);
        if (end == 0 || (id != "Z" && DateTimeZoneProviders.Tzdb.GetZoneOrNull(id) is null && !IsOffset(text[..end])))
        {
            return -1;
        }

        zone = id;
        return end;
    }

    private static bool IsOffset(ReadOnlySpan<byte> text)
    {
        long unused = ParsedFields.None;
        return ReadDigits(text, colon: true, minutes: true, mayMinutes: false, seconds: false, ref unused) == text.Length;
    }

    private static int ReadDigits(
        ReadOnlySpan<byte> text, bool colon, bool minutes, bool mayMinutes, bool seconds, ref long field)
    {
        if (text.IsEmpty || text[0] is not ((byte)'+' or (byte)'-') || !Two(text, 1, out int hour) || hour > 18)
        {
            return -1;
        }

        int at = 3;
        int minute = 0;
        int second = 0;
        if (minutes || mayMinutes)
        {
            int start = colon ? at + 1 : at;
            bool has = (!colon || (at < text.Length && text[at] == ':')) && Two(text, start, out minute) && minute < 60;
            if (!has && minutes)
            {
                return -1;
            }

            at = has ? start + 2 : at;
            minute = has ? minute : 0;
        }

        if (seconds)
        {
            int start = colon ? at + 1 : at;
            bool has = (!colon || (at < text.Length && text[at] == ':')) && Two(text, start, out second) && second < 60;
            at = has ? start + 2 : at;
            second = has ? second : 0;
        }

        int total = (hour * 3600) + (minute * 60) + second;
        return ParsedFields.Set(ref field, text[0] == '-' ? -total : total) ? at : -1;
    }

    /// <summary>Reads GMT, GMT+8, GMT+8:30; in full two digits of hours and the minutes stand there.</summary>
    private static int ReadLocalized(ReadOnlySpan<byte> text, bool full, ref long field)
    {
        if (!text.StartsWith("GMT"u8) && !text.StartsWith("UTC"u8))
        {
            return -1;
        }

        if (text.Length == 3 || text[3] is not ((byte)'+' or (byte)'-'))
        {
            return ParsedFields.Set(ref field, 0) ? 3 : -1;
        }

        int end = Digits.Read(text, 4, 2, out int hour);
        if (end == 0 || (full && end != 6) || hour > 18)
        {
            return -1;
        }

        int minute = 0;
        if (end < text.Length && text[end] == ':' && Two(text, end + 1, out minute))
        {
            end += 3;
        }
        else if (full)
        {
            return -1;
        }

        int total = (hour * 3600) + (minute * 60);
        return ParsedFields.Set(ref field, text[3] == '-' ? -total : total) ? end : -1;
    }

    private static bool Two(ReadOnlySpan<byte> text, int at, out int value)
    {
        value = 0;
        return at + 2 <= text.Length && Digits.Read(text, at, 2, out value) == at + 2;
    }
}
