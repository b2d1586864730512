using System;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Patterns;

/// <summary>Holds the fields that a pattern has read and makes a date-time of them.</summary>
internal struct ParsedFields
{
    /// <summary>Marks a field that was not read.</summary>
    public const long None = long.MinValue;

    private const long NanosPerDay = 86_400_000_000_000;

    public long Year = None;
    public long YearOfEra = None;
    public long Era = None;
    public long WeekYear = None;
    public long Quarter = None;
    public long Month = None;
    public long Week = None;
    public long WeekOfMonth = None;
    public long Day = None;
    public long DayOfYear = None;
    public long AlignedDay = None;

    /// <summary>The day of the week, Monday as 1.</summary>
    public long IsoDay = None;

    public long HalfDay = None;
    public long Hour = None;
    public long ClockHour = None;
    public long HourOfHalf = None;
    public long ClockHourOfHalf = None;
    public long Minute = None;
    public long Second = None;
    public long Nano = None;
    public long MilliOfDay = None;
    public long NanoOfDay = None;

    /// <summary>The seconds that local time is ahead of UTC.</summary>
    public long Offset = None;

    /// <summary>The zone's id, or null.</summary>
    public string? ZoneId;

    public ParsedFields()
    {
    }

    /// <summary>Sets a field; a second value must be the first again.</summary>
    public static bool Set(ref long field, long value)
    {
        bool ok = field == None || field == value;
        field = value;
        return ok;
    }

    /// <summary>
    /// Makes a local date-time as the smart calendar does: days past a month's end are its last, 24:00 is the next day,
    /// fields that were not read are those of 1970-01-01 00:00:00, fields that contradict are an error.
    /// </summary>
    public bool ResolveSmart(out long seconds, out int nanos)
    {
        seconds = 0;
        nanos = 0;
        if (!SmartTime(out long nanoOfDay) || !SmartYear())
        {
            return false;
        }

        if (!SmartDate(out long days, out bool whole))
        {
            return false;
        }

        if (whole && !Agrees(days))
        {
            return false;
        }

        seconds = (days * 86_400) + (nanoOfDay / 1_000_000_000);
        nanos = (int)(nanoOfDay % 1_000_000_000);
        return true;
    }

    /// <summary>Makes a local date-time as the lenient calendar does: the 32nd is the 1st of the next month.</summary>
    public readonly void ResolveLenient(out long seconds, out int millis)
    {
        long year = Or(Year, 1970);
        year = Era == 0 ? 1 - year : year;
        long month = Or(Month, 1) - 1;
        long days = CivilDate.ToDays((int)(year + CivilDate.FloorDiv(month, 12)), (int)CivilDate.FloorMod(month, 12) + 1, 1);
        days = DayOfYear != None && Day == None
            ? CivilDate.ToDays((int)year, 1, 1) + DayOfYear - 1 : days + Or(Day, 1) - 1;
        long hour = Hour != None ? Hour : Or(HourOfHalf, 0) + (Or(HalfDay, 0) * 12);
        long milliseconds = ((((hour * 60) + Or(Minute, 0)) * 60) + Or(Second, 0)) * 1000 + Or(Nano, 0);
        seconds = (days * 86_400) + CivilDate.FloorDiv(milliseconds, 1000);
        millis = (int)CivilDate.FloorMod(milliseconds, 1000);
    }

    private static long Or(long field, long otherwise) => field == None ? otherwise : field;

    private static bool In(long field, long low, long high) => field == None || (field >= low && field <= high);

    private bool SmartTime(out long nanoOfDay)
    {
        nanoOfDay = 0;
        if (!In(ClockHour, 0, 24) || !In(ClockHourOfHalf, 0, 12) || !In(HourOfHalf, 0, 11))
        {
            return false;
        }

        if ((ClockHour != None && !Set(ref Hour, ClockHour % 24))
            || (ClockHourOfHalf != None && !Set(ref HourOfHalf, ClockHourOfHalf % 12))
            || (HourOfHalf != None && HalfDay != None && !Set(ref Hour, (HalfDay * 12) + HourOfHalf)))
        {
            return false;
        }

        if (!In(Minute, 0, 59) || !In(Second, 0, 59) || !In(NanoOfDay, 0, NanosPerDay - 1) || !In(MilliOfDay, 0, 86_399_999)
            || !In(Nano, 0, 999_999_999))
        {
            return false;
        }

        if (NanoOfDay != None || MilliOfDay != None)
        {
            nanoOfDay = NanoOfDay != None ? NanoOfDay : MilliOfDay * 1_000_000;
            return true;
        }

        nanoOfDay = ((((Or(Hour, 0) * 60) + Or(Minute, 0)) * 60) + Or(Second, 0)) * 1_000_000_000 + Or(Nano, 0);
        return In(Hour, 0, 23) || nanoOfDay == NanosPerDay;
    }

    private bool SmartYear()
    {
        if (YearOfEra == None)
        {
            return true;
        }

        return YearOfEra >= 1 && Set(ref Year, Era == 0 ? 1 - YearOfEra : YearOfEra);
    }

    private readonly bool SmartDate(out long days, out bool whole)
    {
        days = 0;
        whole = true;
        if (Year != None && Math.Abs(Year) > 999_999)
        {
            return false;
        }

        if (Year != None && Month != None && Day != None)
        {
            if (!In(Month, 1, 12) || !In(Day, 1, 31))
            {
                return false;
            }

            days = CivilDate.ToDays((int)Year, (int)Month, (int)Math.Min(Day, CivilDate.DaysInMonth((int)Year, (int)Month)));
            return true;
        }

        if (Year != None && DayOfYear != None)
        {
            days = CivilDate.ToDays((int)Year, 1, 1) + DayOfYear - 1;
            return In(DayOfYear, 1, CivilDate.IsLeap((int)Year) ? 366 : 365);
        }

        if (WeekYear != None && Week != None && IsoDay != None && Math.Abs(WeekYear) < 999_999)
        {
            long first = CivilDate.ToDays((int)WeekYear, 1, 1);
            days = first - CivilDate.FloorMod(first + 4, 7) + ((Week - 1) * 7) + (IsoDay % 7);
            return In(Week, 1, 53);
        }

        whole = false;
        return In(Month, 1, 12) && Single(out days);
    }

    /// <summary>Fills what is missing of a date with January 1, 1970; here a day has to exist.</summary>
    private readonly bool Single(out long days)
    {
        var year = (int)Or(Year, 1970);
        var month = (int)Or(Month, 1);
        long day = Or(Day, 1);
        bool ok = day >= 1 && day <= CivilDate.DaysInMonth(year, month);
        days = ok ? CivilDate.ToDays(year, month, (int)day) : 0;
        return ok;
    }

    /// <summary>Checks what was read beside the fields that made the date.</summary>
    private readonly bool Agrees(long days)
    {
        CivilDate.FromDays(days, out int year, out int month, out int day);
        long sunday = days - CivilDate.FloorMod(days + 4, 7);
        long first = CivilDate.ToDays(year, month, 1);
        return Is(IsoDay, CivilDate.FloorMod(days + 3, 7) + 1) && Is(Quarter, ((month - 1) / 3) + 1) && Is(Month, month)
            && Is(DayOfYear, days - CivilDate.ToDays(year, 1, 1) + 1) && Is(AlignedDay, ((day - 1) % 7) + 1)
            && Is(WeekOfMonth, ((sunday - first + CivilDate.FloorMod(first + 4, 7)) / 7) + 1) && Is(Year, year);
    }

    private static bool Is(long field, long value) => field == None || field == value;
}
