using System;
using System.Text;

namespace ColumnStream.Compute.Patterns;

/// <summary>Turns the patterns of SIMILAR TO into Java's: % is any text, _ one character of a line, the rest is alike.</summary>
internal static class SqlSimilarTo
{
    private const string Specials = "[]()|^-+*_%?{}";
    private const string JavaSpecials = "[]()|^-+*?{}$\\.";

    private static readonly (string Name, string Java)[] Classes =
    [
        ("[:ALPHA:]", "\\p{Alpha}"), ("[:UPPER:]", "\\p{Upper}"), ("[:LOWER:]", "\\p{Lower}"), ("[:DIGIT:]", "\\d"),
        ("[:SPACE:]", " "), ("[:WHITESPACE:]", "\\s"), ("[:ALNUM:]", "\\p{Alnum}"),
    ];

    /// <summary>Makes the matcher of a pattern; it matches whole texts.</summary>
    /// <param name="pattern">In the language of SIMILAR TO.</param>
    /// <param name="escape">The escape character, or null.</param>
    /// <exception cref="JavaPatternException">The pattern is wrong.</exception>
    public static JavaRegex Create(string pattern, char? escape) => JavaRegex.Create(Translate(pattern, escape), whole: true);

    /// <summary>Translates a pattern.</summary>
    /// <exception cref="JavaPatternException">The pattern is wrong.</exception>
    public static string Translate(string pattern, char? escape)
    {
        var java = new StringBuilder(pattern.Length * 2);
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            if (c == escape)
            {
                Escaped(pattern, ++i, c, java);
                continue;
            }

            switch (c)
            {
                case '_':
                    java.Append('.');
                    break;
                case '%':
                    java.Append("(?s:.*)");
                    break;
                case '[':
                    i = Enumeration(pattern, i, escape, java);
                    break;
                case ']':
                    throw Wrong("a ']' closes nothing", i);
                case '\\' or '$':
                    java.Append('\\').Append(c);
                    break;
                default:
                    java.Append(c);
                    break;
            }
        }

        return java.ToString();
    }

    private static void Escaped(string pattern, int at, char escape, StringBuilder java)
    {
        if (at >= pattern.Length || (!Specials.Contains(pattern[at], StringComparison.Ordinal) && pattern[at] != escape))
        {
            throw Wrong("the escape character stands before no special one", at - 1);
        }

        if (JavaSpecials.Contains(pattern[at], StringComparison.Ordinal))
        {
            java.Append('\\');
        }

        java.Append(pattern[at]);
    }

    /// <summary>Translates a class and returns where it ends.</summary>
    private static int Enumeration(string pattern, int start, char? escape, StringBuilder java)
    {
        java.Append('[');
        for (int i = start + 1; i < pattern.Length; i++)
        {
            char c = pattern[i];
            if (c == ']')
            {
                java.Append(']');
                return i;
            }

            if (c == escape)
            {
                Escaped(pattern, ++i, c, java);
            }
            else if (c is '-' or '^')
            {
                java.Append(c);
            }
            else if (pattern.AsSpan(i).StartsWith("[:", StringComparison.Ordinal))
            {
                i += Named(pattern, i, java) - 1;
            }
            else if (Specials.Contains(c, StringComparison.Ordinal))
            {
                throw Wrong($"'{c}' in a class is not escaped", i);
            }
            else
            {
                java.Append(c);
            }
        }

        throw Wrong("a class is not closed", start);
    }

    private static int Named(string pattern, int at, StringBuilder java)
    {
        foreach ((string name, string translation) in Classes)
        {
            ReadOnlySpan<char> rest = pattern.AsSpan(at);
            if (rest.StartsWith(name, StringComparison.Ordinal)
                || rest.StartsWith(name.ToLowerInvariant(), StringComparison.Ordinal))
            {
                java.Append(translation);
                return name.Length;
            }
        }

        throw Wrong("a named class is unknown", at);
    }

    private static JavaPatternException Wrong(string reason, int position) => new(reason, position, isValid: false);
}
