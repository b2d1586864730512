namespace ColumnStream.Sql.Ast;

/// <summary>Names a unit of time, as in EXTRACT, FLOOR, TIMESTAMPADD and INTERVAL.</summary>
public enum TimeUnit
{
    /// <summary>Is a thousand years.</summary>
    Millennium,

    /// <summary>Is a hundred years.</summary>
    Century,

    /// <summary>Is ten years.</summary>
    Decade,

    /// <summary>Is a year.</summary>
    Year,

    /// <summary>Is three months.</summary>
    Quarter,

    /// <summary>Is a month.</summary>
    Month,

    /// <summary>Is seven days; extracted, the week of the year.</summary>
    Week,

    /// <summary>Is a day; extracted, the day of the month.</summary>
    Day,

    /// <summary>Is an hour.</summary>
    Hour,

    /// <summary>Is a minute.</summary>
    Minute,

    /// <summary>Is a second.</summary>
    Second,

    /// <summary>Is a thousandth of a second.</summary>
    Millisecond,

    /// <summary>Is a millionth of a second.</summary>
    Microsecond,

    /// <summary>Is a billionth of a second.</summary>
    Nanosecond,

    /// <summary>Extracts the day of the week, Sunday as 1.</summary>
    DayOfWeek,

    /// <summary>Extracts the day of the year.</summary>
    DayOfYear,

    /// <summary>Extracts the day of the week by ISO 8601, Monday as 1.</summary>
    IsoDayOfWeek,

    /// <summary>Extracts the year by ISO 8601 weeks.</summary>
    IsoYear,

    /// <summary>Extracts the seconds since 1970.</summary>
    Epoch,
}
