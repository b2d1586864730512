using System;
using System.Collections.Generic;

namespace ColumnStream.Server.Shell;

/// <summary>Cuts text at the semicolons that end statements: not those in strings, names, comments and statement sets.</summary>
internal static class StatementScanner
{
    /// <summary>Returns the end, behind its semicolon, of every complete statement.</summary>
    public static IReadOnlyList<int> Ends(string text)
    {
        List<int> ends = [];
        List<string> words = [];
        bool isSet = false;
        int i = 0;
        while (i < text.Length)
        {
            char c = text[i];
            int past = Skip(text, i);
            if (past > i)
            {
                i = past;
                if (c is not ('-' or '/'))
                {
                    words.Add(string.Empty);
                }
            }
            else if (char.IsLetter(c))
            {
                int start = i;
                while (i < text.Length && (char.IsLetterOrDigit(text[i]) || text[i] == '_'))
                {
                    i++;
                }

                words.Add(text[start..i].ToUpperInvariant());
                isSet |= words is [.., "BEGIN", "STATEMENT", "SET"] or [.., "STATEMENT", "SET", "BEGIN"];
            }
            else if (c == ';')
            {
                i++;
                if (!isSet || words is ["END"])
                {
                    ends.Add(i);
                    isSet = false;
                }

                words.Clear();
            }
            else
            {
                if (!char.IsWhiteSpace(c))
                {
                    words.Add(string.Empty);
                }

                i++;
            }
        }

        return ends;
    }

    /// <summary>Tells whether nothing but space and comments stands behind the last complete statement, of which there is one.</summary>
    public static bool IsComplete(string text)
    {
        IReadOnlyList<int> ends = Ends(text);
        return ends.Count > 0 && IsBlank(text.AsSpan(ends[^1]));
    }

    /// <summary>Tells whether a text holds only space and comments that end.</summary>
    public static bool IsBlank(ReadOnlySpan<char> text)
    {
        string rest = text.ToString();
        for (int i = 0; i < rest.Length;)
        {
            int past = rest[i] is '-' or '/' ? Skip(rest, i) : i;
            if (past > i)
            {
                i = past;
            }
            else if (char.IsWhiteSpace(rest[i]))
            {
                i++;
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Returns the end of the string, quoted name or comment that begins at a place; the place itself when none does.</summary>
    public static int Skip(string text, int start)
    {
        char c = text[start];
        char next = start + 1 < text.Length ? text[start + 1] : '\0';
        if (c is '\'' or '`' or '"')
        {
            int end = text.IndexOf(c, start + 1);
            return end < 0 ? text.Length : end + 1;
        }

        if (c == '-' && next == '-')
        {
            int end = text.IndexOf('\n', start);
            return end < 0 ? text.Length : end + 1;
        }

        if (c == '/' && next == '*' && !(start + 2 < text.Length && text[start + 2] == '+'))
        {
            int end = text.IndexOf("*/", start + 2, StringComparison.Ordinal);
            return end < 0 ? text.Length : end + 2;
        }

        return start;
    }
}
