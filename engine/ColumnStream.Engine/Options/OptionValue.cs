using System;
using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Compute.Values;

namespace ColumnStream.Engine.Options;

/// <summary>Reads option values from text: the one grammar for WITH, SET, -D and files.</summary>
public static class OptionValue
{
    private static readonly (string Unit, long Ticks)[] DurationUnits =
    [
        ("d", TimeSpan.TicksPerDay), ("day", TimeSpan.TicksPerDay), ("days", TimeSpan.TicksPerDay),
        ("h", TimeSpan.TicksPerHour), ("hour", TimeSpan.TicksPerHour), ("hours", TimeSpan.TicksPerHour),
        ("m", TimeSpan.TicksPerMinute), ("min", TimeSpan.TicksPerMinute), ("minute", TimeSpan.TicksPerMinute),
        ("minutes", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond), ("sec", TimeSpan.TicksPerSecond), ("second", TimeSpan.TicksPerSecond),
        ("seconds", TimeSpan.TicksPerSecond),
        (string.Empty, TimeSpan.TicksPerMillisecond), ("ms", TimeSpan.TicksPerMillisecond),
        ("milli", TimeSpan.TicksPerMillisecond), ("millisecond", TimeSpan.TicksPerMillisecond),
        ("milliseconds", TimeSpan.TicksPerMillisecond),
        ("us", TimeSpan.TicksPerMicrosecond), ("µs", TimeSpan.TicksPerMicrosecond),
        ("micro", TimeSpan.TicksPerMicrosecond), ("microsecond", TimeSpan.TicksPerMicrosecond),
        ("microseconds", TimeSpan.TicksPerMicrosecond),
    ];

    private static readonly (string Unit, int Shift)[] SizeUnits =
    [
        (string.Empty, 0), ("b", 0), ("byte", 0), ("bytes", 0),
        ("k", 10), ("kb", 10), ("kib", 10), ("kibibytes", 10),
        ("m", 20), ("mb", 20), ("mib", 20), ("mebibytes", 20),
        ("g", 30), ("gb", 30), ("gib", 30), ("gibibytes", 30),
        ("t", 40), ("tb", 40), ("tib", 40), ("tebibytes", 40),
    ];

    /// <summary>Reads a duration: a whole number and a unit from µs to days; no unit means milliseconds.</summary>
    public static bool TryParseDuration(string text, out TimeSpan value)
    {
        value = default;
        if (!TrySplit(text, out long number, out ReadOnlySpan<char> unit))
        {
            return false;
        }

        foreach ((string name, long ticks) in DurationUnits)
        {
            if (unit.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                Int128 total = (Int128)number * ticks;
                if (total > long.MaxValue)
                {
                    return false;
                }

                value = new TimeSpan((long)total);
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads a size: a whole number and a unit from b to tb, in steps of 1,024; no unit means bytes.</summary>
    public static bool TryParseBytes(string text, out long value)
    {
        value = 0;
        if (!TrySplit(text, out long number, out ReadOnlySpan<char> unit))
        {
            return false;
        }

        foreach ((string name, int shift) in SizeUnits)
        {
            if (unit.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                value = number << shift;
                return number <= long.MaxValue >> shift;
            }
        }

        return false;
    }

    /// <summary>Reads true or false, in any case.</summary>
    public static bool TryParseBoolean(string text, out bool value) => bool.TryParse(text, out value);

    /// <summary>Reads a whole number.</summary>
    public static bool TryParseInteger(string text, out long value) =>
        long.TryParse(text.AsSpan().Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    /// <summary>Reads a decimal number.</summary>
    public static bool TryParseNumber(string text, out double value) =>
        double.TryParse(text.AsSpan().Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out value)
        && double.IsFinite(value);

    /// <summary>Tells whether <paramref name="text"/> is one of the words of a choice, in any case, and gives the word.</summary>
    public static bool TryParseChoice(OptionDefinition option, string text, out string value)
    {
        foreach (string word in (option.Values ?? string.Empty).Split('|', StringSplitOptions.TrimEntries))
        {
            if (string.Equals(word, text.Trim(), StringComparison.OrdinalIgnoreCase))
            {
                value = word;
                return true;
            }
        }

        value = string.Empty;
        return false;
    }

    /// <summary>Tells whether <paramref name="text"/> can be read as <paramref name="option"/> wants.</summary>
    public static bool IsValid(OptionDefinition option, string text) => option.Kind switch
    {
        OptionKind.Boolean => TryParseBoolean(text, out _),
        OptionKind.Integer => TryParseInteger(text, out long value) && IsInside(option.Range, value),
        OptionKind.Number => TryParseNumber(text, out _),
        OptionKind.Duration => TryParseDuration(text, out _),
        OptionKind.Bytes => TryParseBytes(text, out _),
        OptionKind.Choice => TryParseChoice(option, text, out _),
        OptionKind.TimeZone => TimeZones.IsKnown(text),
        _ => true,
    };

    private static bool IsInside(string? range, long value)
    {
        if (range is null)
        {
            return true;
        }

        string[] ends = range.Split("..");
        return value >= long.Parse(ends[0], CultureInfo.InvariantCulture)
            && value <= long.Parse(ends[1], CultureInfo.InvariantCulture);
    }

    /// <summary>Says what an option wants, for messages: <c>a duration such as 10 s or 500 ms</c>.</summary>
    public static string Expected(OptionDefinition option) => option.Kind switch
    {
        OptionKind.Boolean => "true or false",
        OptionKind.Integer when option.Range is not null =>
            "a whole number from " + option.Range.Replace("..", " to ", StringComparison.Ordinal),
        OptionKind.Integer => "a whole number",
        OptionKind.Number => "a number",
        OptionKind.Duration => "a duration such as 10 s, 500 ms or 1 min",
        OptionKind.Bytes => "a size such as 64 mb or 512 kb",
        OptionKind.Choice => "one of " + string.Join(", ", (option.Values ?? string.Empty).Split('|')),
        OptionKind.TimeZone => "a time zone such as Europe/Berlin, UTC or GMT+08:00",
        _ => "text",
    };

    /// <summary>Finds the definition of <paramref name="key"/>, in any case; an exact key wins over a prefix.</summary>
    public static OptionDefinition? Find(IEnumerable<OptionDefinition> options, string key)
    {
        OptionDefinition? prefix = null;
        foreach (OptionDefinition option in options)
        {
            if (string.Equals(option.Key, key, StringComparison.OrdinalIgnoreCase))
            {
                return option;
            }

            if (option.Key.EndsWith('*') && key.StartsWith(option.Key[..^1], StringComparison.OrdinalIgnoreCase))
            {
                prefix ??= option;
            }
        }

        return prefix;
    }

    /// <summary>Finds the key that a misspelt <paramref name="key"/> most likely means, or null.</summary>
    public static string? Nearest(IEnumerable<string> keys, string key)
    {
        string? nearest = null;
        int best = Math.Max(2, key.Length / 3) + 1;
        foreach (string candidate in keys)
        {
            int distance = Distance(candidate, key);
            if (distance < best)
            {
                best = distance;
                nearest = candidate;
            }
        }

        return nearest;
    }

    private static bool TrySplit(string text, out long number, out ReadOnlySpan<char> unit)
    {
        ReadOnlySpan<char> trimmed = text.AsSpan().Trim();
        int digits = 0;
        while (digits < trimmed.Length && char.IsAsciiDigit(trimmed[digits]))
        {
            digits++;
        }

        unit = trimmed[digits..].Trim();
        return long.TryParse(trimmed[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Counts the edits, swaps of neighbours included, that turn one key into the other.</summary>
    private static int Distance(string left, string right)
    {
        var before = new int[right.Length + 1];
        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (int j = 0; j <= right.Length; j++)
        {
            previous[j] = j;
        }

        for (int i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int cost = char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? 0 : 1;
                int edits = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + cost);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    edits = Math.Min(edits, before[j - 2] + 1);
                }

                current[j] = edits;
            }

            (before, previous, current) = (previous, current, before);
        }

        return previous[right.Length];
    }
}
