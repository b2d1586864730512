using System;
using System.Globalization;
using ColumnStream.Sql.Ast;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads the text of an interval literal by its qualifier.</summary>
internal static class IntervalText
{
    private const long NanosPerSecond = 1_000_000_000;

    public static bool IsUnit(TimeUnit unit) => unit is TimeUnit.Quarter or TimeUnit.Week || FieldOf(unit) >= 0;

    public static bool IsRange(TimeUnit first, TimeUnit last) =>
        (first == TimeUnit.Year && last == TimeUnit.Month)
        || (FieldOf(first) >= 2 && FieldOf(last) > FieldOf(first));

    /// <summary>Gives a literal of the right shape for an error's hint.</summary>
    public static string Example(IntervalQualifier qualifier) => (qualifier.Start, qualifier.End) switch
    {
        (TimeUnit.Year, TimeUnit.Month) => "'1-6'",
        (TimeUnit.Day, TimeUnit.Hour) => "'1 12'",
        (TimeUnit.Day, TimeUnit.Minute) => "'1 12:30'",
        (TimeUnit.Day, TimeUnit.Second) => "'1 12:30:59.5'",
        (TimeUnit.Hour, TimeUnit.Minute) => "'12:30'",
        (TimeUnit.Hour, TimeUnit.Second) => "'12:30:59.5'",
        (TimeUnit.Minute, TimeUnit.Second) => "'30:59.5'",
        _ => "'10'",
    };

    /// <summary>Reads a text; false when it does not have the fields of the qualifier or is out of range.</summary>
    public static bool TryRead(string text, IntervalQualifier qualifier, out long months, out long nanoseconds)
    {
        months = 0;
        nanoseconds = 0;
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        bool isNegative = rest.StartsWith('-');
        if (isNegative || rest.StartsWith('+'))
        {
            rest = rest[1..];
        }

        Int128 total = 0;
        int last = FieldOf(qualifier.End ?? qualifier.Start);
        int first = FieldOf(qualifier.Start);
        for (int field = first; field <= last; field++)
        {
            if (field > first && !TakeSeparator(ref rest, field)
                || !TakeNumber(ref rest, out long number)
                || (field > first && number >= LimitOf(field)))
            {
                return false;
            }

            total += number * ScaleOf(field, qualifier.Start);
        }

        if (last == 5 && !TakeFraction(ref rest, ref total))
        {
            return false;
        }

        total = isNegative ? -total : total;
        if (!rest.IsEmpty || total > long.MaxValue || total <= long.MinValue)
        {
            return false;
        }

        months = qualifier.IsYearMonth ? (long)total : 0;
        nanoseconds = qualifier.IsYearMonth ? 0 : (long)total;
        return true;
    }

    /// <summary>Numbers the fields: year 0, month 1, day 2, hour 3, minute 4, second 5; other units -1.</summary>
    private static int FieldOf(TimeUnit unit) => unit switch
    {
        TimeUnit.Year => 0,
        TimeUnit.Month or TimeUnit.Quarter => 1,
        TimeUnit.Day or TimeUnit.Week => 2,
        TimeUnit.Hour => 3,
        TimeUnit.Minute => 4,
        TimeUnit.Second => 5,
        _ => -1,
    };

    private static Int128 ScaleOf(int field, TimeUnit first) => (field, first) switch
    {
        (0, _) => 12,
        (1, TimeUnit.Quarter) => 3,
        (1, _) => 1,
        (2, TimeUnit.Week) => 7 * 86_400 * NanosPerSecond,
        (2, _) => 86_400 * NanosPerSecond,
        (3, _) => 3_600 * NanosPerSecond,
        (4, _) => 60 * NanosPerSecond,
        _ => NanosPerSecond,
    };

    private static long LimitOf(int field) => field switch { 1 => 12, 3 => 24, _ => 60 };

    private static bool TakeSeparator(ref ReadOnlySpan<char> rest, int field)
    {
        char separator = field switch { 1 => '-', 3 => ' ', _ => ':' };
        if (rest.IsEmpty || rest[0] != separator)
        {
            return false;
        }

        rest = separator == ' ' ? rest.TrimStart(' ') : rest[1..];
        return true;
    }

    private static bool TakeNumber(ref ReadOnlySpan<char> rest, out long number)
    {
        int length = rest.IndexOfAnyExceptInRange('0', '9');
        length = length < 0 ? rest.Length : length;
        bool isNumber = long.TryParse(rest[..length], NumberStyles.None, CultureInfo.InvariantCulture, out number);
        rest = rest[length..];
        return isNumber;
    }

    private static bool TakeFraction(ref ReadOnlySpan<char> rest, ref Int128 total)
    {
        if (!rest.StartsWith('.'))
        {
            return true;
        }

        rest = rest[1..];
        long scale = NanosPerSecond / 10;
        while (!rest.IsEmpty && char.IsAsciiDigit(rest[0]) && scale > 0)
        {
            total += (rest[0] - '0') * scale;
            scale /= 10;
            rest = rest[1..];
        }

        return true;
    }
}
