using System;
using System.Data;
using ColumnStream.Flight.Sql.Parameters;

namespace ColumnStream.Data.Execution;

/// <summary>Gives the statement of a command's text, and looks at how it begins.</summary>
internal static class SqlText
{
    private static readonly string[] Changing = ["SET", "RESET", "USE", "LOAD", "UNLOAD"];
    private static readonly string[] Operations =
    [
        "ALTER", "ANALYZE", "CALL", "CANCEL", "CREATE", "DELETE", "DESC", "DESCRIBE", "DROP", "EXECUTE", "EXPLAIN", "INSERT",
        "RESET", "SELECT", "SET", "SHOW", "STOP", "TRUNCATE", "UPDATE", "USE", "VALUES", "WITH",
    ];

    private static readonly string[] ChangingOfItsOwn = ["CREATE", "ALTER", "DROP"];

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

    /// <summary>Gives the word that a statement begins with, where it is one of SQL's; null else, so that there are few of them.</summary>
    public static string? OperationOf(string sql)
    {
        int place = 0;
        string first = NextWord(sql, ref place);
        return Array.IndexOf(Operations, first) >= 0 ? first : null;
    }

    /// <summary>Tells whether a statement changes the session itself, so that it must not go to another user.</summary>
    public static bool ChangesSession(string sql)
    {
        int place = 0;
        string first = NextWord(sql, ref place);
        return Array.IndexOf(Changing, first) >= 0
            || (Array.IndexOf(ChangingOfItsOwn, first) >= 0 && NextWord(sql, ref place) == "TEMPORARY");
    }

    /// <summary>Gives the word that begins behind blanks and comments, in capitals, and moves behind it; empty for none.</summary>
    private static string NextWord(string sql, ref int place)
    {
        int start = place;
        while (start < sql.Length)
        {
            bool isBlank = char.IsWhiteSpace(sql[start]) || sql[start] == '\uFEFF';
            int next = isBlank ? start + 1 : ParameterMarkers.SkipComment(sql, start);
            if (next == start)
            {
                break;
            }

            start = next;
        }

        place = start;
        while (place < sql.Length && char.IsAsciiLetter(sql[place]))
        {
            place++;
        }

        return sql[start..place].ToUpperInvariant();
    }
}
