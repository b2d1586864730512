using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Translates Java date-time patterns: formats local microseconds and parses text by them.</summary>
/// <remarks>
/// Letters: y u M d H h a m s S E D and quoted text; anything else is refused, so that no pattern is half right.
/// </remarks>
internal sealed class DatePattern
{
    private static readonly string[] MonthNames =
    [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ];

    private static readonly string[] DayNames =
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

    private readonly List<(char Letter, int Count, byte[] Literal)> _parts = [];

    private DatePattern(string pattern) => Pattern = pattern;

    /// <summary>Gets the text that was translated.</summary>
    public string Pattern { get; }

    /// <summary>Translates a pattern; null when it has a letter that is not supported.</summary>
    public static DatePattern? TryCreate(string pattern)
    {
        var result = new DatePattern(pattern);
        for (int i = 0; i < pattern.Length;)
        {
            char c = pattern[i];
            if (c == '\'')
            {
                i = result.AddQuoted(pattern, i);
                if (i < 0)
                {
                    return null;
                }

                continue;
            }

            int end = i + 1;
            while (end < pattern.Length && pattern[end] == c)
            {
                end++;
            }

            if (char.IsAsciiLetter(c) && !"yuMdHhamsSED".Contains(c, StringComparison.Ordinal))
            {
                return null;
            }

            bool isLetter = char.IsAsciiLetter(c);
            result._parts.Add((isLetter ? c : '\0', end - i, isLetter ? [] : Encoding.UTF8.GetBytes(pattern[i..end])));
            i = end;
        }

        return result;
    }

    /// <summary>
    /// Writes local microseconds and returns the bytes written; 256 are always enough below 64 pattern letters.
    /// </summary>
    public int Format(long micros, Span<byte> target)
    {
        long days = CivilDate.FloorDiv(micros, TimeUnits.PerDay);
        long ofDay = micros - (days * TimeUnits.PerDay);
        CivilDate.FromDays(days, out int year, out int month, out int day);
        int written = 0;
        foreach ((char letter, int count, byte[] literal) in CollectionsMarshal.AsSpan(_parts))
        {
            Span<byte> room = target[written..];
            written += letter switch
            {
                'y' or 'u' => count == 2 ? Number(CivilDate.FloorMod(year, 100), 2, room) : Number(year, count, room),
                'M' => count >= 3 ? Name(MonthNames[month - 1], count, room) : Number(month, count, room),
                'd' => Number(day, count, room),
                'D' => Number(days - CivilDate.ToDays(year, 1, 1) + 1, count, room),
                'H' => Number(ofDay / (3600 * TimeUnits.PerSecond), count, room),
                'h' => Number(((ofDay / (3600 * TimeUnits.PerSecond)) + 11) % 12 + 1, count, room),
                'a' => Name(ofDay < TimeUnits.PerDay / 2 ? "AM" : "PM", 4, room),
                'm' => Number(ofDay / (60 * TimeUnits.PerSecond) % 60, count, room),
                's' => Number(ofDay / TimeUnits.PerSecond % 60, count, room),
                'S' => Fraction(ofDay % TimeUnits.PerSecond, count, room),
                'E' => Name(DayNames[CivilDate.FloorMod(days + 3, 7)], count, room),
                _ => Copy(literal, room),
            };
        }

        return written;
    }

    /// <summary>Reads text; false when it does not fit the pattern or names no point in time.</summary>
    public bool TryParse(ReadOnlySpan<byte> text, out long micros)
    {
        int at = 0;
        int year = 1970;
        int month = 1;
        int day = 1;
        int dayOfYear = 0;
        int hour = 0;
        int minute = 0;
        int second = 0;
        int fraction = 0;
        int afternoon = -1;
        micros = 0;
        for (int i = 0; i < _parts.Count; i++)
        {
            (char letter, int count, byte[] literal) = _parts[i];
            bool nextIsNumber = i + 1 < _parts.Count && _parts[i + 1].Letter is not ('\0' or 'a' or 'E');
            ReadOnlySpan<byte> rest = text[at..];
            int most = nextIsNumber ? count : letter is 'y' or 'u' ? 9 : 2;
            int used = letter switch
            {
                'y' or 'u' => ReadYear(rest, count, most, out year),
                'M' => count >= 3 ? ReadName(MonthNames, rest, count, out month)
                    : ReadNumber(rest, count, most, out month),
                'd' => ReadNumber(rest, count, most, out day),
                'D' => ReadNumber(rest, count, nextIsNumber ? count : 3, out dayOfYear),
                'H' or 'h' => ReadNumber(rest, count, most, out hour),
                'm' => ReadNumber(rest, count, most, out minute),
                's' => ReadNumber(rest, count, most, out second),
                'S' => ReadFraction(rest, count, out fraction),
                'a' => ReadHalf(rest, out afternoon),
                'E' => ReadName(DayNames, rest, count, out _),
                _ => rest.StartsWith(literal) ? literal.Length : -1,
            };
            if (used < 0)
            {
                return false;
            }

            at += used;
        }

        if (afternoon >= 0)
        {
            hour = (hour % 12) + (afternoon * 12);
        }

        if (at != text.Length || !CivilDate.IsValid(year, month, day) || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        long days = CivilDate.ToDays(year, month, day) + Math.Max(0, dayOfYear - 1);
        micros = (days * TimeUnits.PerDay) + ((((hour * 60L) + minute) * 60) + second) * TimeUnits.PerSecond + fraction;
        return true;
    }

    /// <summary>
    /// Adds quoted text; two quotes are one, inside and outside. Returns where it ends, or -1 when it does not.
    /// </summary>
    private int AddQuoted(string pattern, int start)
    {
        var text = new StringBuilder();
        int at = start + 1;
        for (; ; at++)
        {
            if (at >= pattern.Length)
            {
                return -1;
            }

            if (pattern[at] != '\'')
            {
                text.Append(pattern[at]);
            }
            else if (at + 1 < pattern.Length && pattern[at + 1] == '\'' && at > start + 1)
            {
                text.Append('\'');
                at++;
            }
            else
            {
                break;
            }
        }

        _parts.Add(('\0', 0, Encoding.UTF8.GetBytes(at == start + 1 ? "'" : text.ToString())));
        return at + 1;
    }

    private static int Number(long value, int digits, Span<byte> target)
    {
        int at = 0;
        if (value < 0)
        {
            target[at++] = (byte)'-';
            value = -value;
        }

        int needed = 1;
        for (long rest = value / 10; rest > 0; rest /= 10)
        {
            needed++;
        }

        needed = Math.Max(needed, digits);
        Digits.Write(value, needed, target[at..]);
        return at + needed;
    }

    private static int Fraction(long micros, int digits, Span<byte> target)
    {
        Span<byte> all = stackalloc byte[9];
        Digits.Write(micros * 1000, 9, all);
        int kept = Math.Min(9, digits);
        all[..kept].CopyTo(target);
        return kept;
    }

    private static int Name(string name, int count, Span<byte> target)
    {
        ReadOnlySpan<char> text = count == 3 || (count < 3 && name.Length > 3) ? name.AsSpan(0, 3) : name;
        return Encoding.UTF8.GetBytes(text, target);
    }

    private static int Copy(byte[] literal, Span<byte> target)
    {
        literal.CopyTo(target);
        return literal.Length;
    }

    private static int ReadNumber(ReadOnlySpan<byte> text, int count, int most, out int value)
    {
        int end = Digits.Read(text, 0, Math.Max(count, most), out value);
        return end == 0 || (count > 1 && end < count) ? -1 : end;
    }

    private static int ReadYear(ReadOnlySpan<byte> text, int count, int most, out int year)
    {
        int used = ReadNumber(text, count, count == 2 ? 2 : most, out year);
        year += count == 2 ? 2000 : 0;
        return used;
    }

    private static int ReadFraction(ReadOnlySpan<byte> text, int count, out int micros)
    {
        int end = Digits.ReadFraction(text[..Math.Min(count, text.Length)], 0, out int nanos);
        micros = nanos / 1000;
        return end == count ? end : -1;
    }

    private static int ReadHalf(ReadOnlySpan<byte> text, out int afternoon)
    {
        afternoon = text.StartsWith("PM"u8) || text.StartsWith("pm"u8) ? 1 : 0;
        return afternoon == 1 || text.StartsWith("AM"u8) || text.StartsWith("am"u8) ? 2 : -1;
    }

    private static int ReadName(string[] names, ReadOnlySpan<byte> text, int count, out int index)
    {
        for (index = 1; index <= names.Length; index++)
        {
            string name = count >= 4 ? names[index - 1] : names[index - 1][..3];
            if (text.Length >= name.Length && Ascii.EqualsIgnoreCase(text[..name.Length], name))
            {
                return name.Length;
            }
        }

        return -1;
    }
}
