using System;
using System.Data;

namespace ColumnStream.Data.Execution;

/// <summary>Gives the statement of a command's text, and looks at how it begins.</summary>
internal static class SqlText
{
    private static readonly string[] Changing = ["SET", "RESET", "USE", "CREATE TEMPORARY", "DROP TEMPORARY", "LOAD", "UNLOAD"];

    /// <summary>Gives the statement; a table's name becomes a SELECT of all of it.</summary>
    /// <exception cref="InvalidOperationException">There is no text.</exception>
    /// <exception cref="NotSupportedException">The text names a stored procedure.</exception>
    public static string Of(string text, CommandType type) => type switch
    {
        _ when string.IsNullOrWhiteSpace(text) => throw new InvalidOperationException("Command has no text."),
        CommandType.TableDirect => $"SELECT * FROM {text}",
        CommandType.Text => text,
        _ => throw new NotSupportedException("The server has no stored procedures."),
    };

    /// <summary>Tells whether a statement changes the session itself, so that it must not go to another user.</summary>
    public static bool ChangesSession(string sql)
    {
        ReadOnlySpan<char> text = Skip(sql);
        foreach (string start in Changing)
        {
            if (text.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Skips blanks and comments in front of the first word.</summary>
    private static ReadOnlySpan<char> Skip(string sql)
    {
        ReadOnlySpan<char> text = sql.AsSpan().TrimStart();
        while (text.StartsWith("--") || text.StartsWith("/*"))
        {
            int end = text[0] == '-' ? text.IndexOf('\n') : text.IndexOf("*/");
            text = end < 0 ? default : text[(end + (text[0] == '-' ? 1 : 2))..].TrimStart();
        }

        return text;
    }
}
