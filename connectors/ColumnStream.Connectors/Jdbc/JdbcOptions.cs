using System;
using System.Collections.Generic;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Connectors.Jdbc;

/// <summary>Holds the options of one database table, read and checked.</summary>
internal sealed record JdbcOptions(
    PostgresUrl Url,
    string TableName,
    string? UserName,
    string? Password,
    bool IsExactlyOnce,
    string EpochTable,
    long FlushRows,
    TimeSpan FlushInterval,
    int MaxRetries,
    TimeSpan ConnectTimeout,
    TimeSpan LockTimeout)
{
    /// <summary>Gets the definitions.</summary>
    public static IReadOnlyList<OptionDefinition> Definitions { get; } =
    [
        new("url", OptionKind.Text, null, "Address of the database: jdbc:postgresql://host:port/database.", IsRequired: true),
        new("table-name", OptionKind.Text, null, "Table, or schema.table.", IsRequired: true),
        new("username", OptionKind.Text, null, "User of the database."),
        new("password", OptionKind.Text, null, "Its password; never shown.", IsSecret: true),
        new("driver", OptionKind.Text, null, "Accepted and not needed: the url names the database."),
        new("connection.max-retry-timeout", OptionKind.Duration, "60 s", "How long a connection may take to be made."),
        new("sink.delivery-guarantee", OptionKind.Choice, "exactly-once",
            "exactly-once: rows become visible with their checkpoint, in one transaction with its number.",
            Values: "exactly-once|at-least-once"),
        new("sink.epoch-table-name", OptionKind.Text, "columnstream_epochs",
            "Table beside the written one that holds the number of the last committed checkpoint; made when it is missing."),
        new("sink.lock-timeout", OptionKind.Duration, "10 s", "How long a commit waits for a lock before it begins anew."),
        new("sink.buffer-flush.max-rows", OptionKind.Integer, "100", "Rows that at-least-once writes together; 0 sets no limit."),
        new("sink.buffer-flush.interval", OptionKind.Duration, "1 s", "Age at which at-least-once writes rows; 0 sets no limit."),
        new("sink.max-retries", OptionKind.Integer, "3", "Times that at-least-once writes rows anew after an error."),
    ];

    /// <summary>Reads and checks the options of <paramref name="table"/>.</summary>
    /// <exception cref="Engine.Errors.UserException">An option is wrong.</exception>
    public static JdbcOptions Read(TableSpec table)
    {
        var reader = new OptionReader(table, Definitions);
        if (reader.TextOrNull("driver") is { } driver && driver != "org.postgresql.Driver")
        {
            throw reader.Invalid("driver", "org.postgresql.Driver: other databases cannot be written yet");
        }

        if (reader.Has("password") && !reader.Has("username"))
        {
            throw reader.Error(3112, "Option is required: 'username', with 'password'.");
        }

        TimeSpan connect = reader.Duration("connection.max-retry-timeout");
        if (connect < TimeSpan.FromSeconds(1) || connect > TimeSpan.FromSeconds(1000))
        {
            throw reader.Invalid("connection.max-retry-timeout", "1 s to 1000 s");
        }

        TimeSpan wait = reader.Duration("sink.lock-timeout");
        if (wait < TimeSpan.FromMilliseconds(1) || wait > TimeSpan.FromHours(1))
        {
            throw reader.Invalid("sink.lock-timeout", "1 ms to 1 h");
        }

        return new JdbcOptions(
            PostgresUrl.Parse(reader, reader.Text("url")),
            NameOf(reader, "table-name"),
            reader.TextOrNull("username"),
            reader.TextOrNull("password"),
            reader.Choice("sink.delivery-guarantee") == "exactly-once",
            NameOf(reader, "sink.epoch-table-name"),
            reader.Integer("sink.buffer-flush.max-rows", 0),
            reader.Duration("sink.buffer-flush.interval"),
            (int)reader.Integer("sink.max-retries", 0, 1000),
            connect,
            wait);
    }

    private static string NameOf(OptionReader reader, string key)
    {
        string name = reader.Text(key).Trim();
        return name.Length is 0 or > 200 || name.Contains('\0', StringComparison.Ordinal)
            ? throw reader.Invalid(key, "the name of a table")
            : name;
    }
}
