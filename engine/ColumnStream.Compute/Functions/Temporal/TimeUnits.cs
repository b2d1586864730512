using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Reads unit names and knows how long units are.</summary>
internal static class TimeUnits
{
    public const long NanosPerSecond = 1_000_000_000;
    public const long NanosPerDay = 86_400 * NanosPerSecond;

    /// <summary>Returns the unit that a constant text names, plural and SQL_TSI_ allowed; null when it names none.</summary>
    public static DateUnit? Find(BoundExpression expression)
    {
        if (expression is not LiteralExpression { Value: { } text })
        {
            return null;
        }

        string name = text.ToUpperInvariant();
        name = name.StartsWith("SQL_TSI_", StringComparison.Ordinal) ? name[8..] : name;
        return name.TrimEnd('S') switch
        {
            "MILLENNIUM" or "MILLENIUM" => DateUnit.Millennium,
            "CENTURY" or "CENTURIE" => DateUnit.Century,
            "DECADE" => DateUnit.Decade,
            "YEAR" => DateUnit.Year,
            "ISOYEAR" => DateUnit.IsoYear,
            "QUARTER" => DateUnit.Quarter,
            "MONTH" => DateUnit.Month,
            "WEEK" => DateUnit.Week,
            "DAY" => DateUnit.Day,
            "DOY" or "DAYOFYEAR" => DateUnit.DayOfYear,
            "DOW" or "DAYOFWEEK" => DateUnit.DayOfWeek,
            "ISODOW" or "ISODAYOFWEEK" => DateUnit.IsoDayOfWeek,
            "HOUR" => DateUnit.Hour,
            "MINUTE" => DateUnit.Minute,
            "SECOND" => DateUnit.Second,
            "MILLISECOND" => DateUnit.Millisecond,
            "MICROSECOND" => DateUnit.Microsecond,
            "NANOSECOND" => DateUnit.Nanosecond,
            "EPOCH" => DateUnit.Epoch,
            _ => null,
        };
    }

    /// <summary>Returns the unit that a constant text names.</summary>
    public static DateUnit Of(BoundExpression expression) => Find(expression)
        ?? throw new NotSupportedException($"Time unit is unknown: {expression}.");

    /// <summary>Returns the nanoseconds of a unit of fixed length, or 0.</summary>
    public static long Nanos(DateUnit unit) => unit switch
    {
        DateUnit.Week => 7 * NanosPerDay,
        DateUnit.Day => NanosPerDay,
        DateUnit.Hour => 3600 * NanosPerSecond,
        DateUnit.Minute => 60 * NanosPerSecond,
        DateUnit.Second => NanosPerSecond,
        DateUnit.Millisecond => 1_000_000,
        DateUnit.Microsecond => 1000,
        DateUnit.Nanosecond => 1,
        _ => 0,
    };

    /// <summary>Returns the months of a unit that is made of months, or 0.</summary>
    public static int Months(DateUnit unit) => unit switch
    {
        DateUnit.Millennium => 12_000,
        DateUnit.Century => 1200,
        DateUnit.Decade => 120,
        DateUnit.Year => 12,
        DateUnit.Quarter => 3,
        DateUnit.Month => 1,
        _ => 0,
    };

    /// <summary>Returns the local units of a second that date functions count in.</summary>
    public static long PerSecond(SqlType type) => TimestampText.PerSecond(TemporalCasts.UnitOf(type));

    /// <summary>Tells whether the unit is a part of a day.</summary>
    public static bool IsPartOfDay(DateUnit unit) => unit is >= DateUnit.Hour and <= DateUnit.Nanosecond;
}
