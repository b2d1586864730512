using System;
using System.Collections.Generic;
using System.Text;

namespace ColumnStream.Compute.Patterns;

/// <summary>Holds a Java date pattern cut into its parts; what cannot be served is refused when it is made.</summary>
/// <remarks>
/// Text is English; weeks are those of the United States: they begin on Sunday, and the first holds January 1. The
/// calendar is the ISO calendar for all times, also where SimpleDateFormat turns to the Julian one before 1582.
/// Refused: long zone names (zzzz), generic zone names (v), periods of the day (B), padding (p), and in SimpleDateFormat
/// reading week fields.
/// </remarks>
internal sealed class DatePattern
{
    private readonly List<PatternElement> _elements = [];

    private DatePattern(string text, PatternDialect dialect)
    {
        Text = text;
        Dialect = dialect;
    }

    /// <summary>Gets the pattern as it was written.</summary>
    public string Text { get; }

    public PatternDialect Dialect { get; }

    public PatternElement[] Elements { get; private set; } = [];

    /// <summary>Gets the most bytes that a formatted value has.</summary>
    public int MaxLength { get; private set; }

    /// <summary>Gets whether the pattern writes more than the date: within a day the text may change.</summary>
    public bool HasTime { get; private set; }

    /// <summary>Cuts a pattern into parts; null with the reason when it is no pattern or cannot be served.</summary>
    public static DatePattern? TryCreate(string pattern, PatternDialect dialect, PatternUse use, out string? problem)
    {
        var result = new DatePattern(pattern, dialect);
        problem = result.Cut(pattern) ?? result.Check(use);
        if (problem is not null)
        {
            return null;
        }

        result.Finish();
        return result;
    }

    private string? Cut(string pattern)
    {
        var brackets = new Stack<int>();
        for (int i = 0; i < pattern.Length;)
        {
            char c = pattern[i];
            int end = i + 1;
            if (c == '\'')
            {
                end = AddQuoted(pattern, i);
                if (end < 0)
                {
                    return "a quote is not closed";
                }
            }
            else if (char.IsAsciiLetter(c))
            {
                while (end < pattern.Length && pattern[end] == c)
                {
                    end++;
                }

                _elements.Add(new PatternElement(c, end - i, [], false));
            }
            else if (Dialect == PatternDialect.Formatter && c == '[')
            {
                brackets.Push(_elements.Count);
                _elements.Add(new PatternElement('[', -1, [], false));
            }
            else if (Dialect == PatternDialect.Formatter && c == ']')
            {
                if (!brackets.TryPop(out int start))
                {
                    return "] has no [";
                }

                _elements[start] = new PatternElement('[', _elements.Count, [], false);
                _elements.Add(new PatternElement(']', start, [], false));
            }
            else if (Dialect == PatternDialect.Formatter && c is '{' or '}' or '#')
            {
                return $"{c} is reserved";
            }
            else
            {
                while (end < pattern.Length && !char.IsAsciiLetter(pattern[end])
                    && !"'[]{}#".Contains(pattern[end], StringComparison.Ordinal))
                {
                    end++;
                }

                AddLiteral(pattern[i..end]);
            }

            i = end;
        }

        // An open bracket closes at the end.
        while (brackets.TryPop(out int start))
        {
            _elements[start] = new PatternElement('[', _elements.Count, [], false);
            _elements.Add(new PatternElement(']', start, [], false));
        }

        return null;
    }

    /// <summary>Adds quoted text; two quotes are one, inside and outside. Returns where it ends, or -1.</summary>
    private int AddQuoted(string pattern, int start)
    {
        if (start + 1 < pattern.Length && pattern[start + 1] == '\'')
        {
            AddLiteral("'");
            return start + 2;
        }

        var text = new StringBuilder();
        for (int at = start + 1; at < pattern.Length; at++)
        {
            if (pattern[at] != '\'')
            {
                text.Append(pattern[at]);
            }
            else if (at + 1 < pattern.Length && pattern[at + 1] == '\'')
            {
                text.Append('\'');
                at++;
            }
            else
            {
                AddLiteral(text.ToString());
                return at + 1;
            }
        }

        return -1;
    }

    private void AddLiteral(string text) =>
        _elements.Add(new PatternElement('\0', text.Length, Encoding.UTF8.GetBytes(text), false));

    private string? Check(PatternUse use)
    {
        foreach (PatternElement element in _elements)
        {
            if (!char.IsAsciiLetter(element.Letter))
            {
                continue;
            }

            string letters = new(element.Letter, Math.Min(element.Count, 20));
            int most = Dialect == PatternDialect.Formatter ? MostInFormatter(element.Letter)
                : element.Letter == 'X' ? 3 : "GyYMLwWDdFEuaHkKhmsSzZ".Contains(element.Letter, StringComparison.Ordinal) ? 40 : 0;
            if (most == 0)
            {
                return $"letter {element.Letter} is not supported";
            }

            if (element.Count > most || (element.Letter == 'c' && element.Count == 2)
                || (element.Letter == 'V' && element.Count != 2) || (element.Letter == 'O' && element.Count is 2 or 3))
            {
                return $"{letters} has too many or too few letters";
            }

            bool isZone = element.Letter is 'V' or 'z' or 'O' or 'X' or 'x' or 'Z';
            if (isZone && use == PatternUse.WriteLocal)
            {
                return $"{letters} needs a time zone, which the value does not have";
            }

            if ((element.Letter == 'z' && (element.Count > 3 || (use == PatternUse.Read && Dialect == PatternDialect.Formatter)))
                || (use == PatternUse.Read && IsUnreadable(element)))
            {
                return $"{letters} is not supported here";
            }
        }

        return null;
    }

    private bool IsUnreadable(PatternElement element) => Dialect == PatternDialect.Simple
        ? element.Letter is 'Y' or 'w' or 'W' or 'F' or 'z'
        : element.Count == 5 && element.Letter is 'M' or 'L' or 'E' or 'e' or 'c' or 'Q' or 'q' or 'G';

    private static int MostInFormatter(char letter) => letter switch
    {
        'G' or 'M' or 'L' or 'Q' or 'q' or 'E' or 'e' or 'c' => 5,
        'u' or 'y' or 'Y' => 19,
        'D' => 3,
        'd' or 'H' or 'h' or 'K' or 'k' or 'm' or 's' or 'w' => 2,
        'W' or 'F' or 'a' => 1,
        'S' => 9,
        'A' or 'n' or 'N' => 19,
        'V' => 2,
        'z' or 'O' => 4,
        'X' or 'x' or 'Z' => 5,
        _ => 0,
    };

    private void Finish()
    {
        var elements = _elements.ToArray();
        for (int i = 0; i < elements.Length; i++)
        {
            // Brackets do not part numbers that touch.
            int next = i + 1;
            while (next < elements.Length && elements[next].Letter is '[' or ']')
            {
                next++;
            }

            bool isFixed = elements[i].IsNumber && next < elements.Length && elements[next].IsNumber
                && (Dialect == PatternDialect.Simple || next == i + 1);
            elements[i] = elements[i] with { Fixed = isFixed };
            MaxLength += elements[i].Letter == '\0' ? elements[i].Literal.Length : Math.Max(40, elements[i].Count + 1);
            HasTime |= elements[i].Letter is 'H' or 'h' or 'K' or 'k' or 'm' or 's' or 'S' or 'a' or 'A' or 'n' or 'N'
                or 'V' or 'z' or 'O' or 'X' or 'x' or 'Z';
        }

        Elements = elements;
    }
}
