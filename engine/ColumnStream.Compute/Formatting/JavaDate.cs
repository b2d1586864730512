using System.Globalization;
using NodaTime;

namespace ColumnStream.Compute.Formatting;

/// <summary>Writes parts of dates and times in English: <c>%t</c> and a letter.</summary>
internal static class JavaDate
{
    public static string Format(char part, long millis, string zone)
    {
        DateTimeZone known = DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone) ?? DateTimeZone.Utc;
        return Format(part, Instant.FromUnixTimeMilliseconds(millis).InZone(known), millis);
    }

    private static string Format(char part, ZonedDateTime time, long millis)
    {
        string N(long value, int digits) => value.ToString("D" + digits, CultureInfo.InvariantCulture);
        string Many(params char[] parts) => string.Concat(System.Array.ConvertAll(parts, p =>
            char.IsAsciiLetter(p) ? Format(p, time, millis) : p.ToString()));
        DateTimeFormatInfo names = CultureInfo.InvariantCulture.DateTimeFormat;
        int dayOfWeek = (int)time.DayOfWeek % 7;
        int minutes = time.Offset.Seconds / 60;
        return part switch
        {
            'H' => N(time.Hour, 2),
            'I' => N(time.ClockHourOfHalfDay, 2),
            'k' => N(time.Hour, 1),
            'l' => N(time.ClockHourOfHalfDay, 1),
            'M' => N(time.Minute, 2),
            'N' => N(time.NanosecondOfSecond, 9),
            'L' => N(time.Millisecond, 3),
            'Q' => N(millis, 1),
            'p' => time.Hour < 12 ? "am" : "pm",
            's' => N(System.Math.DivRem(millis, 1000).Quotient, 1),
            'S' => N(time.Second, 2),
            'T' => Many('H', ':', 'M', ':', 'S'),
            'z' => (minutes < 0 ? "-" : "+") + N((System.Math.Abs(minutes) / 60 * 100) + (System.Math.Abs(minutes) % 60), 4),
            'Z' => time.GetZoneInterval().Name,
            'a' => names.AbbreviatedDayNames[dayOfWeek],
            'A' => names.DayNames[dayOfWeek],
            'b' or 'h' => names.AbbreviatedMonthNames[time.Month - 1],
            'B' => names.MonthNames[time.Month - 1],
            'C' => N(time.YearOfEra / 100, 2),
            'd' => N(time.Day, 2),
            'e' => N(time.Day, 1),
            'j' => N(time.DayOfYear, 3),
            'm' => N(time.Month, 2),
            'y' => N(time.YearOfEra % 100, 2),
            'Y' => N(time.YearOfEra, 4),
            'r' => Many('I', ':', 'M', ':', 'S', ' ') + (time.Hour < 12 ? "AM" : "PM"),
            'R' => Many('H', ':', 'M'),
            'c' => Many('a', ' ', 'b', ' ', 'd', ' ', 'T', ' ', 'Z', ' ', 'Y'),
            'D' => Many('m', '/', 'd', '/', 'y'),
            _ => Many('Y', '-', 'm', '-', 'd'),
        };
    }
}
