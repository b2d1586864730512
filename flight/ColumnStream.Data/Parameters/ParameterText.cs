using System;
using System.Collections.Generic;
using System.Text;
using ColumnStream.Data.Execution;

namespace ColumnStream.Data.Parameters;

/// <summary>Turns <c>@name</c> and <c>:name</c> of a statement into the <c>?</c> that the server knows.</summary>
internal static class ParameterText
{
    /// <summary>
    /// Gives the text with a <c>?</c> for every parameter, and the parameters in the order of these. Text in quotes, names in
    /// backquotes and comments stay as they are. A name that no parameter has stays too: the server then shows where it stands.
    /// </summary>
    /// <exception cref="InvalidOperationException">There are more <c>?</c> than parameters.</exception>
    public static (string Text, IReadOnlyList<ColumnStreamParameter> Parameters) Resolve(
        string sql, ColumnStreamParameterCollection given)
    {
        if (given.Count == 0)
        {
            return (sql, []);
        }

        var text = new StringBuilder(sql.Length);
        List<ColumnStreamParameter> used = [];
        int positions = 0;
        for (int i = 0; i < sql.Length;)
        {
            int end = SkipQuoted(sql, i);
            if (end > i)
            {
                text.Append(sql, i, end - i);
                i = end;
            }
            else if (sql[i] == '?')
            {
                if (positions == given.Count)
                {
                    throw new InvalidOperationException($"Statement has more ? than the command has parameters: {given.Count}.");
                }

                used.Add(given[positions++]);
                text.Append(sql[i++]);
            }
            else if (NameAt(sql, i) is { Length: > 0 } name && given.IndexOf(name) is >= 0 and int index)
            {
                used.Add(given[index]);
                text.Append('?');
                i += name.Length + 1;
            }
            else
            {
                text.Append(sql[i++]);
            }
        }

        return (text.ToString(), used);
    }

    /// <summary>
    /// Gives where the literal, quoted name or comment that begins at <paramref name="i"/> ends, or <paramref name="i"/>.
    /// </summary>
    private static int SkipQuoted(string sql, int i)
    {
        char c = sql[i];
        if (c is '\'' or '`' or '"')
        {
            int end = i + 1;
            while (end < sql.Length && (sql[end] != c || (end + 1 < sql.Length && sql[end + 1] == c)))
            {
                end += sql[end] == c ? 2 : 1;
            }

            return Math.Min(end + 1, sql.Length);
        }

        return SqlText.SkipComment(sql, i);
    }

    private static string? NameAt(string sql, int i)
    {
        if (sql[i] is not ('@' or ':') || (i > 0 && (sql[i - 1] == sql[i] || char.IsLetterOrDigit(sql[i - 1]))))
        {
            return null;
        }

        int end = i + 1;
        while (end < sql.Length && (char.IsLetterOrDigit(sql[end]) || sql[end] == '_'))
        {
            end++;
        }

        return sql[(i + 1)..end];
    }
}
