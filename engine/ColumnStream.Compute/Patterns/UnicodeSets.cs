using System;
using System.Collections.Frozen;
using System.Collections.Generic;
using System.IO;

namespace ColumnStream.Compute.Patterns;

/// <summary>Finds sets of code points by the names that Java's patterns have for them.</summary>
/// <remarks>
/// UnicodeSets.txt holds them: a prefix and names, then for each range the gap from the range before and, behind a dot, one less
/// than its length, to base 36. Prefixes: <c>p</c> categories, POSIX and java names, <c>is</c> binary properties, <c>sc</c>
/// scripts, <c>blk</c> blocks, <c>u</c> under UNICODE_CHARACTER_CLASS, <c>i</c> where case is ignored.
/// </remarks>
internal static class UnicodeSets
{
    private const int Base = 36;
    private static readonly FrozenDictionary<string, string> Texts = Read();

    /// <summary>Returns the set of a prefixed name; null when there is none.</summary>
    public static CodePointSet? Find(string name) => Texts.TryGetValue(name, out string? text) ? Parse(text) : null;

    /// <summary>Returns a set that is known to exist.</summary>
    public static CodePointSet Get(string name) => Find(name) ?? throw new InvalidOperationException($"Set is missing: {name}.");

    private static FrozenDictionary<string, string> Read()
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        using Stream stream = typeof(UnicodeSets).Assembly.GetManifestResourceStream(typeof(UnicodeSets), "UnicodeSets.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (line.StartsWith('#'))
            {
                continue;
            }

            foreach (string name in line[..equals].Split('|'))
            {
                texts[name] = line[(equals + 1)..];
            }
        }

        return texts.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static CodePointSet Parse(string text)
    {
        List<(int, int)> ranges = [];
        int last = 0;
        int at = 0;
        while (at < text.Length)
        {
            int low = last + Number(text, ref at);
            last = low;
            if (at < text.Length && text[at] == '.')
            {
                at++;
                last += Number(text, ref at);
            }

            ranges.Add((low, last));
            at++;
        }

        return CodePointSet.Normalize(ranges);
    }

    private static int Number(string text, ref int at)
    {
        int value = 0;
        for (; at < text.Length && char.IsAsciiLetterOrDigit(text[at]); at++)
        {
            value = (value * Base) + (text[at] <= '9' ? text[at] - '0' : text[at] - 'a' + 10);
        }

        return value;
    }
}
