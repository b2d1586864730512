using System;
using System.Text;
using ColumnStream.Engine.Errors;
using Npgsql;

namespace ColumnStream.Connectors.Jdbc;

/// <summary>Turns what a database says into errors that say what was refused, why, and what to do.</summary>
internal static class PostgresErrors
{
    private const int Busy = 5050;
    private const int Refused = 5051;

    /// <summary>Makes the error for a connection that was lost or never made.</summary>
    public static ExternalException Lost(string purpose, PostgresUrl url, Exception failure) => new(
        Busy, $"Database cannot be reached: {url}, {purpose}. {failure.Message}", retryable: true, failure);

    /// <summary>Makes the error for what the server answered.</summary>
    public static ExternalException Translate(string purpose, PostgresUrl url, PostgresException failure)
    {
        var text = new StringBuilder();
        bool retryable = IsPassing(failure.SqlState);
        text.Append(retryable ? "Database is busy or away: " : "Database refused: ")
            .Append(url).Append(", ").Append(purpose).Append(". ").Append(failure.MessageText);
        if (!failure.MessageText.EndsWith('.'))
        {
            text.Append('.');
        }

        Append(text, failure.Detail);
        Append(text, failure.Where);
        Append(text, failure.Hint);
        text.Append(" SQLSTATE ").Append(failure.SqlState).Append('.');
        string? advice = Advice(failure);
        if (advice is not null)
        {
            text.Append(' ').Append(advice);
        }

        return new ExternalException(retryable ? Busy : Refused, text.ToString(), retryable, failure);
    }

    /// <summary>Tells whether the same statement may go well a moment later.</summary>
    private static bool IsPassing(string state) => state switch
    {
        "55P03" or "55006" or "25006" => true,
        "57014" or "57P01" or "57P02" or "57P03" or "57P05" or "25P03" => true,
        _ => state.StartsWith("08", StringComparison.Ordinal) || state.StartsWith("40", StringComparison.Ordinal)
            || state.StartsWith("53", StringComparison.Ordinal) || state.StartsWith("58", StringComparison.Ordinal),
    };

    private static string? Advice(PostgresException failure) => failure.SqlState switch
    {
        "23505" => $"Two rows have one key by '{failure.ConstraintName}': declare it as PRIMARY KEY (…) NOT ENFORCED so that "
            + "the newest row wins, or drop the constraint. Rows of a checkpoint wait and are written first at the next start.",
        _ when failure.SqlState.StartsWith("23", StringComparison.Ordinal) =>
            $"Change the table or its constraint '{failure.ConstraintName}', then start again with --restore latest: rows of a "
            + "checkpoint wait and are written first.",
        "28P01" or "28000" => "Look at 'username' and 'password'.",
        "3D000" => "Look at the database's name in 'url'.",
        "42501" => "Grant the user INSERT on the table (with a primary key also SELECT, UPDATE and DELETE), and on the epoch "
            + "table SELECT, INSERT, UPDATE, or let it CREATE in the schema.",
        "42P01" or "42703" or "42804" or "22P03" or "22P04" =>
            "The table was changed since the job started: start again with --restore latest.",
        _ => null,
    };

    private static void Append(StringBuilder text, string? part)
    {
        if (!string.IsNullOrEmpty(part))
        {
            text.Append(' ').Append(part.ReplaceLineEndings(" "));
            if (!part.EndsWith('.'))
            {
                text.Append('.');
            }
        }
    }
}
