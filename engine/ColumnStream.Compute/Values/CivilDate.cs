namespace ColumnStream.Compute.Values;

/// <summary>
/// Converts between days since 1970-01-01 and proleptic Gregorian dates, for years −9999 to 9999 and beyond.
/// </summary>
public static class CivilDate
{
    /// <summary>Milliseconds of a day.</summary>
    public const long MillisPerDay = 86_400_000;

    /// <summary>Returns the days since 1970-01-01 of a date whose month and day are in range.</summary>
    public static int ToDays(int year, int month, int day)
    {
        int y = month <= 2 ? year - 1 : year;
        int era = (y >= 0 ? y : y - 399) / 400;
        int yearOfEra = y - (era * 400);
        int dayOfYear = (((153 * (month + (month > 2 ? -3 : 9))) + 2) / 5) + day - 1;
        int dayOfEra = (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear;
        return (era * 146_097) + dayOfEra - 719_468;
    }

    /// <summary>Splits days since 1970-01-01 into year, month and day.</summary>
    public static void FromDays(long days, out int year, out int month, out int day)
    {
        long z = days + 719_468;
        long era = (z >= 0 ? z : z - 146_096) / 146_097;
        int dayOfEra = (int)(z - (era * 146_097));
        int yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        int dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        int shifted = ((5 * dayOfYear) + 2) / 153;
        day = dayOfYear - (((153 * shifted) + 2) / 5) + 1;
        month = shifted < 10 ? shifted + 3 : shifted - 9;
        year = (int)(yearOfEra + (era * 400)) + (month <= 2 ? 1 : 0);
    }

    /// <summary>Tells whether the three numbers name a day of the calendar.</summary>
    public static bool IsValid(int year, int month, int day) =>
        (uint)(month - 1) < 12 && day >= 1 && day <= DaysInMonth(year, month);

    /// <summary>Returns the number of days of a month.</summary>
    public static int DaysInMonth(int year, int month) => month switch
    {
        2 => IsLeap(year) ? 29 : 28,
        4 or 6 or 9 or 11 => 30,
        _ => 31,
    };

    /// <summary>Tells whether February has 29 days.</summary>
    public static bool IsLeap(int year) => (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);

    /// <summary>Adds months to days since 1970-01-01; a day past the month's end becomes its last day.</summary>
    public static long AddMonths(long days, long months)
    {
        FromDays(days, out int year, out int month, out int day);
        long total = (year * 12L) + (month - 1) + months;
        int newYear = (int)FloorDiv(total, 12);
        int newMonth = (int)(total - (newYear * 12L)) + 1;
        return ToDays(newYear, newMonth, System.Math.Min(day, DaysInMonth(newYear, newMonth)));
    }

    /// <summary>Divides and rounds towards minus infinity; the divisor is positive.</summary>
    public static long FloorDiv(long value, long divisor)
    {
        long quotient = value / divisor;
        return quotient * divisor > value ? quotient - 1 : quotient;
    }

    /// <summary>Returns the remainder of <c>FloorDiv</c>: never negative.</summary>
    public static long FloorMod(long value, long divisor)
    {
        long remainder = value % divisor;
        return remainder < 0 ? remainder + divisor : remainder;
    }
}
