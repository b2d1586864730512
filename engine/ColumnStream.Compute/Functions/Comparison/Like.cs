using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Comparison;

/// <summary>Matches text against a pattern of <c>%</c> and <c>_</c>.</summary>
internal readonly struct Like : IRowOp<Utf8, Utf8, Utf8, bool>
{
    public static ScalarFunction Definition { get; } = Function.Row<Like, Utf8, Utf8, Utf8, bool>(
        "LIKE(s, pattern [, escape])",
        "Tells whether text matches a pattern: % is any text, _ is one character.",
        "'abc' LIKE 'a%'",
        Parameter.Text,
        Parameter.Text,
        Parameter.Text.Or("\\"),
        SqlType.Boolean);

    public static bool Apply(Frame frame, Utf8 text, Utf8 pattern, Utf8 escape, out bool result)
    {
        result = Matches(text.Span, pattern.Span, escape.Length == 1 ? escape[0] : -1);
        return true;
    }

    /// <summary>Matches without backtracking further than the last <c>%</c>.</summary>
    internal static bool Matches(ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern, int escape)
    {
        int t = 0;
        int p = 0;
        int starPattern = -1;
        int starText = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '%')
            {
                starPattern = ++p;
                starText = t;
                if (p == pattern.Length)
                {
                    return true;
                }

                continue;
            }

            if (p < pattern.Length && Step(text, pattern, escape, ref t, ref p))
            {
                continue;
            }

            if (starPattern < 0)
            {
                return false;
            }

            starText += CodePoints.LengthAt(text, starText);
            t = starText;
            p = starPattern;
        }

        while (p < pattern.Length && pattern[p] == '%')
        {
            p++;
        }

        return p == pattern.Length;
    }

    private static bool Step(ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern, int escape, ref int t, ref int p)
    {
        if (pattern[p] == '_')
        {
            t += CodePoints.LengthAt(text, t);
            p++;
            return true;
        }

        int literal = pattern[p] == escape && p + 1 < pattern.Length ? p + 1 : p;
        if (text[t] != pattern[literal])
        {
            return false;
        }

        t++;
        p = literal + 1;
        return true;
    }
}
