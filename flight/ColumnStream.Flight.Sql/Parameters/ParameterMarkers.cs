using System;
using System.Text;

namespace ColumnStream.Flight.Sql.Parameters;

/// <summary>Finds the marks of parameters in a statement: what clients name becomes the <c>?</c> that servers know.</summary>
public static class ParameterMarkers
{
    /// <summary>
    /// Gives the text with a <c>?</c> for every mark that is taken. Text in quotes, names in backquotes and comments stay as they are,
    /// and so does a mark that is not taken: the server then shows where it stands.
    /// </summary>
    /// <param name="sql">The statement.</param>
    /// <param name="signs">The signs one of which stands before a name, such as <c>@:</c>.</param>
    /// <param name="take">
    /// Is told every mark, in order: its name, or nothing for a <c>?</c>; says whether there is such a parameter.
    /// </param>
    public static string Replace(string sql, string signs, Func<string, bool> take)
    {
        var text = new StringBuilder(sql.Length);
        for (int i = 0; i < sql.Length;)
        {
            int end = SkipQuoted(sql, i);
            if (end > i)
            {
                text.Append(sql, i, end - i);
                i = end;
            }
            else if (sql[i] == '?' && take(string.Empty))
            {
                text.Append('?');
                i++;
            }
            else if (NameAt(sql, i, signs) is { Length: > 0 } name && take(name))
            {
                // As long as before, so that what the server says of a column holds for the text that the user wrote.
                text.Append('?').Append(' ', name.Length);
                i += name.Length + 1;
            }
            else
            {
                text.Append(sql[i++]);
            }
        }

        return text.ToString();
    }

    /// <summary>
    /// Gives where the comment that begins at <paramref name="i"/> ends, or <paramref name="i"/> where there is none; hints are
    /// skipped too.
    /// </summary>
    public static int SkipComment(string sql, int i)
    {
        ReadOnlySpan<char> text = sql.AsSpan(i);
        if (text.StartsWith("--") || text.StartsWith("//"))
        {
            int end = text.IndexOfAny('\n', '\r');
            return end < 0 ? sql.Length : i + end;
        }

        if (text.StartsWith("/*"))
        {
            int end = sql.IndexOf("*/", i + 2, StringComparison.Ordinal);
            return end < 0 ? sql.Length : end + 2;
        }

        return i;
    }

    /// <summary>
    /// Gives where the literal, quoted name or comment that begins at <paramref name="i"/> ends, or <paramref name="i"/>.
    /// </summary>
    private static int SkipQuoted(string sql, int i)
    {
        char c = sql[i];
        if (c is not ('\'' or '`' or '"'))
        {
            return SkipComment(sql, i);
        }

        int end = i + 1;
        while (end < sql.Length && (sql[end] != c || (end + 1 < sql.Length && sql[end + 1] == c)))
        {
            end += sql[end] == c ? 2 : 1;
        }

        return Math.Min(end + 1, sql.Length);
    }

    private static string? NameAt(string sql, int i, string signs)
    {
        if (!signs.Contains(sql[i], StringComparison.Ordinal)
            || (i > 0 && (sql[i - 1] == sql[i] || sql[i - 1] == '_' || char.IsLetterOrDigit(sql[i - 1]))))
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
