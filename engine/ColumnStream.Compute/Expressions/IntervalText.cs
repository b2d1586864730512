using System;
using System.Globalization;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Expressions;

/// <summary>Reads interval texts.</summary>
internal static class IntervalText
{
    private static readonly string[] Units = ["DAY", "HOUR", "MINUTE", "SECOND"];

    public static LiteralExpression? Parse(string text, string from, string? to)
    {
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        bool negative = rest.StartsWith("-", StringComparison.Ordinal);
        rest = negative || rest.StartsWith("+", StringComparison.Ordinal) ? rest[1..] : rest;
        int sign = negative ? -1 : 1;
        string first = Singular(from);
        if (first is "YEAR" or "QUARTER" or "MONTH")
        {
            return Months(rest, first, to) is { } months ? Literals.Months(sign * months) : null;
        }

        return Millis(rest, first, to is null ? first : Singular(to)) is { } millis ? Literals.Millis(sign * millis)
            : null;
    }

    private static string Singular(string unit)
    {
        string upper = unit.ToUpperInvariant();
        return upper.EndsWith('S') ? upper[..^1] : upper;
    }

    private static int? Months(ReadOnlySpan<char> text, string from, string? to)
    {
        int dash = text.IndexOf('-');
        if (to is not null && dash > 0)
        {
            return Number(text[..dash]) is { } years && Number(text[(dash + 1)..]) is { } months && months < 12
                ? checked((int)((years * 12) + months)) : null;
        }

        int factor = from == "YEAR" ? 12 : from == "QUARTER" ? 3 : 1;
        return Number(text) is { } count && count < int.MaxValue / 12 ? (int)count * factor : null;
    }

    /// <summary>
    /// Reads fields from the first unit to the last, parted by a space after days and colons after the others.
    /// </summary>
    private static long? Millis(ReadOnlySpan<char> text, string from, string to)
    {
        if (from == "WEEK")
        {
            return Number(text) * 7 * CivilDate.MillisPerDay;
        }

        int unit = Array.IndexOf(Units, from);
        int last = Array.IndexOf(Units, to);
        if (unit < 0 || last < unit)
        {
            return from == "MILLISECOND" ? Number(text) : null;
        }

        long sum = 0;
        for (; unit < last; unit++)
        {
            int mark = text.IndexOf(unit == 0 ? ' ' : ':');
            if (mark <= 0 || Number(text[..mark]) is not { } count)
            {
                return null;
            }

            sum += count * MillisOf(unit);
            text = text[(mark + 1)..].TrimStart();
        }

        if (last < 3)
        {
            return Number(text) is { } count ? sum + (count * MillisOf(last)) : null;
        }

        return Seconds(text) is { } millis ? sum + millis : null;
    }

    private static long? Seconds(ReadOnlySpan<char> text)
    {
        int point = text.IndexOf('.');
        if (point < 0)
        {
            return Number(text) * 1000;
        }

        string fraction = string.Concat(text[(point + 1)..], "000")[..3];
        return Number(point == 0 ? "0" : text[..point]) is { } seconds && Number(fraction) is { } millis
            ? (seconds * 1000) + millis : null;
    }

    private static long MillisOf(int unit) => unit switch
    {
        0 => CivilDate.MillisPerDay,
        1 => 3_600_000,
        2 => 60_000,
        _ => 1000,
    };

    private static long? Number(ReadOnlySpan<char> text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : null;
}
