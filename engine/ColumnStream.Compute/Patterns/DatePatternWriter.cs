using System;
using System.Text;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Patterns;

/// <summary>Writes date-times by a pattern.</summary>
internal static class DatePatternWriter
{
    /// <summary>Writes a date-time and returns the bytes written; the target has room for the pattern's most.</summary>
    public static int Write(DatePattern pattern, in PatternTime time, Span<byte> target)
    {
        long days = CivilDate.FloorDiv(time.Seconds, 86_400);
        var fields = new Fields(days, (int)(time.Seconds - (days * 86_400)), time);
        int at = 0;
        bool simple = pattern.Dialect == PatternDialect.Simple;
        foreach (ref readonly PatternElement element in pattern.Elements.AsSpan())
        {
            Span<byte> room = target[at..];
            switch (element.Letter)
            {
                case '\0':
                    element.Literal.CopyTo(room);
                    at += element.Literal.Length;
                    break;
                case '[' or ']':
                    break;
                default:
                    at += simple ? WriteSimple(fields, element.Letter, element.Count, room)
                        : WriteFormatter(fields, element.Letter, element.Count, room);
                    break;
            }
        }

        return at;
    }

    private static int WriteSimple(in Fields f, char letter, int count, Span<byte> room) => letter switch
    {
        'y' => Year(f.YearOfEra, count, room),
        'Y' => Year(f.WeekYear(), count, room),
        'u' => Number(f.IsoDay, count, room),
        'M' or 'L' => count >= 3 ? DateNames.Write(DateNames.Months[f.Month - 1], Math.Min(4, count), room)
            : Number(f.Month, count, room),
        'E' => DateNames.Write(DateNames.Days[f.IsoDay - 1], count >= 4 ? 4 : 3, room),
        'F' => Number(((f.Day - 1) / 7) + 1, count, room),
        'S' => Number(f.Time.Nanos / 1_000_000, count, room),
        'G' => Text(f.Year > 0 ? "AD" : "BC", room),
        'Z' => Offset(f.Time.OffsetSeconds, withColon: false, hoursOnly: false, null, room),
        'X' => Offset(f.Time.OffsetSeconds, withColon: count == 3, hoursOnly: count == 1, "Z", room),
        'z' => Text(f.Time.ZoneName ?? f.Time.ZoneId ?? "UTC", room),
        _ => Common(f, letter, count, room),
    };

    private static int WriteFormatter(in Fields f, char letter, int count, Span<byte> room) => letter switch
    {
        'u' => FormatterYear(f.Year, count, room),
        'y' => FormatterYear(f.YearOfEra, count, room),
        'Y' => FormatterYear(f.WeekYear(), count, room),
        'M' or 'L' => count >= 3 ? DateNames.Write(DateNames.Months[f.Month - 1], count, room)
            : Number(f.Month, count, room),
        'E' => DateNames.Write(DateNames.Days[f.IsoDay - 1], Math.Max(3, count), room),
        'e' or 'c' => count >= 3 ? DateNames.Write(DateNames.Days[f.IsoDay - 1], count, room)
            : Number((f.IsoDay % 7) + 1, count, room),
        'Q' or 'q' => Quarter(f.Quarter, count, room),
        'F' => Number(((f.Day - 1) % 7) + 1, count, room),
        'S' => Fraction(f.Time.Nanos, count, room),
        'A' => Number((f.SecondOfDay * 1000L) + (f.Time.Nanos / 1_000_000), count, room),
        'n' => Number(f.Time.Nanos, count, room),
        'N' => Number((f.SecondOfDay * 1_000_000_000L) + f.Time.Nanos, count, room),
        'G' => Text(count == 4 ? (f.Year > 0 ? "Anno Domini" : "Before Christ")
            : count == 5 ? (f.Year > 0 ? "A" : "B") : (f.Year > 0 ? "AD" : "BC"), room),
        'V' => Text(f.Time.ZoneId ?? "UTC", room),
        'z' => Text(f.Time.ZoneName ?? f.Time.ZoneId ?? "UTC", room),
        'O' => Localized(f.Time.OffsetSeconds, count == 4, room),
        'Z' when count == 4 => Localized(f.Time.OffsetSeconds, full: true, room),
        'Z' => Offset(f.Time.OffsetSeconds, withColon: count == 5, hoursOnly: false, count == 5 ? "Z" : null, room, count == 5),
        'X' or 'x' => Offset(
            f.Time.OffsetSeconds, withColon: count is 3 or 5, hoursOnly: count == 1 && f.Time.OffsetSeconds % 3600 == 0,
            letter == 'X' ? "Z" : null, room, count >= 4),
        _ => Common(f, letter, count, room),
    };

    private static int Common(in Fields f, char letter, int count, Span<byte> room) => letter switch
    {
        'd' => Number(f.Day, count, room),
        'D' => Number(f.DayOfYear, count, room),
        'H' => Number(f.SecondOfDay / 3600, count, room),
        'k' => Number(((f.SecondOfDay / 3600) + 23) % 24 + 1, count, room),
        'K' => Number(f.SecondOfDay / 3600 % 12, count, room),
        'h' => Number(((f.SecondOfDay / 3600) + 11) % 12 + 1, count, room),
        'm' => Number(f.SecondOfDay / 60 % 60, count, room),
        's' => Number(f.SecondOfDay % 60, count, room),
        'a' => Text(f.SecondOfDay < 43_200 ? "AM" : "PM", room),
        'w' => Number(f.WeekOfYear(), count, room),
        'W' => Number(f.WeekOfMonth(), count, room),
        _ => throw new InvalidOperationException($"Pattern letter has no writer: {letter}."),
    };

    /// <summary>Two letters are two digits, any other number the whole year.</summary>
    private static int Year(int year, int count, Span<byte> room) =>
        Number(count == 2 ? CivilDate.FloorMod(year, 100) : year, count, room);

    private static int FormatterYear(int year, int count, Span<byte> room)
    {
        if (count == 2)
        {
            return Number(CivilDate.FloorMod(year, 100), 2, room);
        }

        // Where a year exceeds its letters, from four on, a plus says so.
        if (count >= 4 && year >= (int)Math.Min(int.MaxValue, Powers.TenInt64(Math.Min(count, 9))))
        {
            room[0] = (byte)'+';
            return 1 + Number(year, count, room[1..]);
        }

        return Number(year, count, room);
    }

    private static int Quarter(int quarter, int count, Span<byte> room)
    {
        if (count == 4)
        {
            return Text(DateNames.Quarters[quarter - 1], room);
        }

        if (count != 3)
        {
            return Number(quarter, count == 5 ? 1 : count, room);
        }

        room[0] = (byte)'Q';
        return 1 + Number(quarter, 1, room[1..]);
    }

    private static int Number(long value, int digits, Span<byte> room)
    {
        int at = 0;
        if (value < 0)
        {
            room[at++] = (byte)'-';
            value = -value;
        }

        int needed = 1;
        for (long rest = value / 10; rest > 0; rest /= 10)
        {
            needed++;
        }

        needed = Math.Max(needed, digits);
        Digits.Write(value, needed, room[at..]);
        return at + needed;
    }

    private static int Fraction(int nanos, int digits, Span<byte> room)
    {
        Span<byte> all = stackalloc byte[9];
        Digits.Write(nanos, 9, all);
        all[..digits].CopyTo(room);
        return digits;
    }

    private static int Text(string text, Span<byte> room) => Encoding.UTF8.GetBytes(text, room);

    private static int Offset(int seconds, bool withColon, bool hoursOnly, string? zero, Span<byte> room, bool withSeconds = false)
    {
        if (seconds == 0 && zero is not null)
        {
            return Text(zero, room);
        }

        room[0] = (byte)(seconds < 0 ? '-' : '+');
        int rest = Math.Abs(seconds);
        Digits.Write2(rest / 3600, room[1..]);
        int at = 3;
        if (!hoursOnly)
        {
            at += Pair(rest / 60 % 60, withColon, room[at..]);
        }

        return withSeconds && rest % 60 != 0 ? at + Pair(rest % 60, withColon, room[at..]) : at;
    }

    private static int Pair(int value, bool withColon, Span<byte> room)
    {
        room[0] = (byte)':';
        Digits.Write2(value, room[(withColon ? 1 : 0)..]);
        return withColon ? 3 : 2;
    }

    /// <summary>Writes GMT+8, GMT+8:30 or in full GMT+08:30.</summary>
    private static int Localized(int seconds, bool full, Span<byte> room)
    {
        int at = Text("GMT", room);
        if (seconds == 0)
        {
            return at;
        }

        room[at++] = (byte)(seconds < 0 ? '-' : '+');
        int rest = Math.Abs(seconds);
        at += Number(rest / 3600, full ? 2 : 1, room[at..]);
        if (full || rest % 3600 != 0)
        {
            at += Pair(rest / 60 % 60, withColon: true, room[at..]);
        }

        return rest % 60 != 0 ? at + Pair(rest % 60, withColon: true, room[at..]) : at;
    }

    /// <summary>Splits a day number into calendar fields.</summary>
    private readonly ref struct Fields
    {
        public readonly PatternTime Time;
        public readonly long Days;
        public readonly int SecondOfDay;
        public readonly int Year;
        public readonly int Month;
        public readonly int Day;

        public Fields(long days, int secondOfDay, in PatternTime time)
        {
            Time = time;
            Days = days;
            SecondOfDay = secondOfDay;
            CivilDate.FromDays(days, out Year, out Month, out Day);
        }

        public int YearOfEra => Year > 0 ? Year : 1 - Year;

        public int Quarter => ((Month - 1) / 3) + 1;

        /// <summary>Gets the day of the week, Monday as 1.</summary>
        public int IsoDay => (int)CivilDate.FloorMod(Days + 3, 7) + 1;

        public int DayOfYear => (int)(Days - CivilDate.ToDays(Year, 1, 1)) + 1;

        // The week of a day begins on the Sunday at or before it; week 1 is that of January 1.
        public int WeekYear() => LastWeek ? Year + 1 : Year;

        public int WeekOfYear() => LastWeek ? 1 : (int)((Sunday(Days) - Sunday(CivilDate.ToDays(Year, 1, 1))) / 7) + 1;

        public int WeekOfMonth() => (int)((Sunday(Days) - Sunday(CivilDate.ToDays(Year, Month, 1))) / 7) + 1;

        private bool LastWeek => Sunday(Days) == Sunday(CivilDate.ToDays(Year + 1, 1, 1));

        private static long Sunday(long days) => days - CivilDate.FloorMod(days + 4, 7);
    }
}
