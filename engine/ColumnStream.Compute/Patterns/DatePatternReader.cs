using System;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Patterns;

/// <summary>Reads date-times by a pattern.</summary>
internal static class DatePatternReader
{
    /// <summary>Reads text; false when it does not fit the pattern or names no date-time.</summary>
    /// <param name="pattern">A pattern made for reading.</param>
    /// <param name="text">The text in UTF-8.</param>
    /// <param name="firstYear">The first of the hundred years that two digits mean in SimpleDateFormat.</param>
    /// <param name="seconds">Local seconds since 1970.</param>
    /// <param name="nanos">Nanoseconds of the second.</param>
    /// <param name="offset">The seconds that the text says local time is ahead of UTC, or null.</param>
    public static bool TryRead(
        DatePattern pattern, ReadOnlySpan<byte> text, int firstYear, out long seconds, out int nanos, out int? offset)
    {
        var fields = new ParsedFields();
        offset = null;
        seconds = 0;
        nanos = 0;
        if (pattern.Dialect == PatternDialect.Simple)
        {
            if (!ReadSimple(pattern.Elements, text, firstYear, ref fields))
            {
                return false;
            }

            fields.ResolveLenient(out seconds, out int millis);
            nanos = millis * 1_000_000;
            offset = fields.Offset == ParsedFields.None ? null : (int)fields.Offset;
            return true;
        }

        int end = ReadFormatter(pattern.Elements, 0, pattern.Elements.Length, text, 0, ref fields);
        offset = fields.Offset == ParsedFields.None ? null : (int)fields.Offset;
        return end == text.Length && fields.ResolveSmart(out seconds, out nanos);
    }

    /// <summary>Reads elements [from, to) from a place in the text; returns where they end, or -1.</summary>
    private static int ReadFormatter(
        PatternElement[] elements, int from, int to, ReadOnlySpan<byte> text, int at, ref ParsedFields fields)
    {
        for (int i = from; i < to; i++)
        {
            ref readonly PatternElement element = ref elements[i];
            if (element.Letter == '[')
            {
                // An optional part is read as a whole or not at all.
                ParsedFields kept = fields;
                int end = ReadFormatter(elements, i + 1, element.Count, text, at, ref fields);
                if (end < 0)
                {
                    fields = kept;
                }
                else
                {
                    at = end;
                }

                i = element.Count;
                continue;
            }

            int used = ReadField(elements, i, text[at..], ref fields);
            if (used < 0)
            {
                return -1;
            }

            at += used;
        }

        return at;
    }

    private static int ReadField(PatternElement[] elements, int index, ReadOnlySpan<byte> text, ref ParsedFields f)
    {
        ref readonly PatternElement e = ref elements[index];
        int reserved = e.Fixed ? Reserved(elements, index) : -1;
        switch (e.Letter)
        {
            case '\0':
                return text.StartsWith(e.Literal) ? e.Literal.Length : -1;
            case 'y':
                return ReadYear(text, e.Count, reserved, ref f.YearOfEra);
            case 'u':
                return ReadYear(text, e.Count, reserved, ref f.Year);
            case 'Y':
                return ReadYear(text, e.Count, reserved, ref f.WeekYear);
            case 'M' or 'L' when e.Count >= 3:
                return ReadName(DateNames.Months, text, e.Count, ref f.Month);
            case 'M' or 'L':
                return ReadNumber(text, e.Count, 2, reserved, ref f.Month);
            case 'E':
                return ReadName(DateNames.Days, text, Math.Max(3, e.Count), ref f.IsoDay);
            case 'e' or 'c' when e.Count >= 3:
                return ReadName(DateNames.Days, text, e.Count, ref f.IsoDay);
            case 'e' or 'c':
                return ReadSundayFirst(text, e.Count, reserved, ref f.IsoDay);
            case 'Q' or 'q':
                return ReadQuarter(text, e.Count, reserved, ref f.Quarter);
            case 'a':
                return ReadHalf(text, ignoreCase: false, ref f.HalfDay);
            case 'G':
                return ReadEra(text, e.Count, ref f.Era);
            case 'S':
                return ReadFraction(text, e.Count, ref f.Nano);
            case 'X' or 'x' or 'Z' or 'O':
                return OffsetText.Read(text, e.Letter, e.Count, ref f.Offset);
            case 'V':
                return OffsetText.ReadZone(text, ref f.ZoneId);
            default:
                return ReadNumber(text, e.Count, MostDigits(e), reserved, ref Slot(ref f, e.Letter));
        }
    }

    private static int MostDigits(in PatternElement e) => e.Letter switch
    {
        'D' => 3,
        'A' or 'n' or 'N' => 19,
        _ => e.Count == 2 ? 2 : 19,
    };

    private static ref long Slot(ref ParsedFields f, char letter)
    {
        switch (letter)
        {
            case 'd':
                return ref f.Day;
            case 'D':
                return ref f.DayOfYear;
            case 'F':
                return ref f.AlignedDay;
            case 'w':
                return ref f.Week;
            case 'W':
                return ref f.WeekOfMonth;
            case 'H':
                return ref f.Hour;
            case 'k':
                return ref f.ClockHour;
            case 'K':
                return ref f.HourOfHalf;
            case 'h':
                return ref f.ClockHourOfHalf;
            case 'm':
                return ref f.Minute;
            case 's':
                return ref f.Second;
            case 'A':
                return ref f.MilliOfDay;
            case 'n':
                return ref f.Nano;
            default:
                return ref f.NanoOfDay;
        }
    }

    /// <summary>Returns the digits that the numbers right behind need: a variable number leaves them.</summary>
    private static int Reserved(PatternElement[] elements, int index)
    {
        int reserved = 0;
        for (int i = index + 1; i < elements.Length && elements[i].IsNumber; i++)
        {
            bool isFixedWidth = elements[i].Count > 1 || elements[i].Letter == 'S';
            if (!isFixedWidth)
            {
                break;
            }

            reserved += elements[i].Count;
        }

        return reserved;
    }

    /// <summary>Reads digits: two letters take exactly two; others as many as there are, less those reserved.</summary>
    private static int ReadNumber(ReadOnlySpan<byte> text, int count, int most, int reserved, ref long field)
    {
        int least = count;
        most = count == 2 && most == 2 ? 2 : most == 2 ? 19 : most;
        if (reserved > 0 && most != count)
        {
            int digits = DigitCount(text, 0, most + reserved);
            most = Math.Max(least, digits - reserved);
        }

        int end = DigitCount(text, 0, most);
        if (end < least || end > 18)
        {
            return -1;
        }

        return ParsedFields.Set(ref field, Value(text[..end])) ? end : -1;
    }

    private static int ReadYear(ReadOnlySpan<byte> text, int count, int reserved, ref long field)
    {
        int sign = !text.IsEmpty && text[0] is (byte)'+' or (byte)'-' ? 1 : 0;
        if (count == 2)
        {
            int two = DigitCount(text, 0, 2);
            return two == 2 && ParsedFields.Set(ref field, 2000 + Value(text[..2])) ? 2 : -1;
        }

        int most = 18;
        if (reserved > 0)
        {
            most = Math.Max(count, DigitCount(text, sign, 18 + reserved) - sign - reserved);
        }

        int end = DigitCount(text, sign, most);
        int digits = end - sign;
        bool isPlus = sign == 1 && text[0] == '+';

        // From four letters on a plus stands exactly where the digits exceed them; below, there is none.
        if (digits < count || (count >= 4 ? isPlus != digits > count && !(sign == 1 && !isPlus) : isPlus))
        {
            return -1;
        }

        long value = Value(text[sign..end]);
        return ParsedFields.Set(ref field, sign == 1 && !isPlus ? -value : value) ? end : -1;
    }

    private static int ReadName(string[] names, ReadOnlySpan<byte> text, int count, ref long field)
    {
        int used = DateNames.Read(names, text, count, ignoreCase: false, out int index);
        return used > 0 && ParsedFields.Set(ref field, index) ? used : -1;
    }

    private static int ReadSundayFirst(ReadOnlySpan<byte> text, int count, int reserved, ref long field)
    {
        long day = ParsedFields.None;
        int used = ReadNumber(text, count, 2, reserved, ref day);
        return used > 0 && day is >= 1 and <= 7 && ParsedFields.Set(ref field, day == 1 ? 7 : day - 1) ? used : -1;
    }

    private static int ReadQuarter(ReadOnlySpan<byte> text, int count, int reserved, ref long field)
    {
        if (count <= 2)
        {
            return ReadNumber(text, count, 2, reserved, ref field);
        }

        if (count == 4)
        {
            for (int i = 1; i <= 4; i++)
            {
                if (DateNames.Starts(text, DateNames.Quarters[i - 1], ignoreCase: false))
                {
                    return ParsedFields.Set(ref field, i) ? DateNames.Quarters[i - 1].Length : -1;
                }
            }

            return -1;
        }

        bool ok = text.Length >= 2 && text[0] == 'Q' && text[1] is >= (byte)'1' and <= (byte)'4';
        return ok && ParsedFields.Set(ref field, text[1] - '0') ? 2 : -1;
    }

    private static int ReadHalf(ReadOnlySpan<byte> text, bool ignoreCase, ref long field)
    {
        int half = DateNames.Starts(text, "AM", ignoreCase) ? 0 : DateNames.Starts(text, "PM", ignoreCase) ? 1 : -1;
        return half >= 0 && ParsedFields.Set(ref field, half) ? 2 : -1;
    }

    private static int ReadEra(ReadOnlySpan<byte> text, int count, ref long field)
    {
        bool isFull = count == 4;
        string first = isFull ? "Anno Domini" : "AD";
        string second = isFull ? "Before Christ" : "BC";
        int era = DateNames.Starts(text, first, ignoreCase: false) ? 1
            : DateNames.Starts(text, second, ignoreCase: false) ? 0 : -1;
        return era >= 0 && ParsedFields.Set(ref field, era) ? (era == 1 ? first : second).Length : -1;
    }

    private static int ReadFraction(ReadOnlySpan<byte> text, int count, ref long field)
    {
        if (DigitCount(text, 0, count) != count)
        {
            return -1;
        }

        Digits.ReadFraction(text[..count], 0, out int nanos);
        return ParsedFields.Set(ref field, nanos) ? count : -1;
    }

    private static bool ReadSimple(
        PatternElement[] elements, ReadOnlySpan<byte> text, int firstYear, ref ParsedFields fields)
    {
        int at = 0;
        for (int i = 0; i < elements.Length; i++)
        {
            ref readonly PatternElement e = ref elements[i];
            if (e.Letter == '\0')
            {
                if (!text[at..].StartsWith(e.Literal))
                {
                    return false;
                }

                at += e.Literal.Length;
                continue;
            }

            // White space in front of a field does not count.
            while (at < text.Length && text[at] is (byte)' ' or (byte)'\t')
            {
                at++;
            }

            int used = ReadSimpleField(e, text[at..], firstYear, ref fields);
            if (used < 0)
            {
                return false;
            }

            at += used;
        }

        return true;
    }

    private static int ReadSimpleField(in PatternElement e, ReadOnlySpan<byte> text, int firstYear, ref ParsedFields f)
    {
        switch (e.Letter)
        {
            case 'G':
                return ReadSimpleEra(text, ref f);
            case 'a':
                f.HalfDay = ParsedFields.None;
                return ReadHalf(text, ignoreCase: true, ref f.HalfDay);
            case 'M' or 'L' when e.Count > 2:
                return ReadEitherName(DateNames.Months, text, ref f.Month);
            case 'E':
                return ReadEitherName(DateNames.Days, text, ref f.IsoDay);
            case 'X' or 'Z':
                f.Offset = ParsedFields.None;
                return OffsetText.ReadSimple(text, e.Letter, e.Count, ref f.Offset);
        }

        bool isNegative = !text.IsEmpty && text[0] == '-';
        int sign = isNegative ? 1 : 0;
        int end = DigitCount(text, sign, e.Fixed ? Math.Max(1, e.Count - sign) : 18);
        if (end == sign || (e.Fixed && end < e.Count))
        {
            return -1;
        }

        long value = Value(text[sign..end]) * (isNegative ? -1 : 1);
        if (Math.Abs(value) > int.MaxValue)
        {
            return -1;
        }

        SetSimple(e, value, end, firstYear, ref f);
        return end;
    }

    private static void SetSimple(in PatternElement e, long value, int digits, int firstYear, ref ParsedFields f)
    {
        switch (e.Letter)
        {
            case 'y':
                bool isShort = e.Count <= 2 && digits == 2 && value >= 0;
                f.Year = isShort ? firstYear + CivilDate.FloorMod(value - firstYear, 100) : value;
                break;
            case 'M' or 'L':
                f.Month = value;
                break;
            case 'd':
                f.Day = value;
                break;
            case 'D':
                f.DayOfYear = value;
                break;
            case 'u':
                f.IsoDay = value;
                break;
            case 'H':
                f.Hour = value;
                break;
            case 'k':
                f.Hour = value == 24 ? 0 : value;
                break;
            case 'K':
                f.HourOfHalf = value;
                break;
            case 'h':
                f.HourOfHalf = value == 12 ? 0 : value;
                break;
            case 'm':
                f.Minute = value;
                break;
            case 's':
                f.Second = value;
                break;
            default:
                f.Nano = value;
                break;
        }
    }

    private static int ReadSimpleEra(ReadOnlySpan<byte> text, ref ParsedFields f)
    {
        f.Era = DateNames.Starts(text, "AD", ignoreCase: true) ? 1 : DateNames.Starts(text, "BC", ignoreCase: true) ? 0 : -1;
        return f.Era < 0 ? -1 : 2;
    }

    private static int ReadEitherName(string[] names, ReadOnlySpan<byte> text, ref long field)
    {
        int used = DateNames.Read(names, text, 4, ignoreCase: true, out int index);
        used = used > 0 ? used : DateNames.Read(names, text, 3, ignoreCase: true, out index);
        field = index;
        return used;
    }

    private static int DigitCount(ReadOnlySpan<byte> text, int start, int most)
    {
        int end = start;
        while (end < text.Length && end - start < most && (uint)(text[end] - '0') <= 9)
        {
            end++;
        }

        return end;
    }

    private static long Value(ReadOnlySpan<byte> digits)
    {
        long value = 0;
        foreach (byte digit in digits)
        {
            value = (value * 10) + (digit - '0');
        }

        return value;
    }
}
