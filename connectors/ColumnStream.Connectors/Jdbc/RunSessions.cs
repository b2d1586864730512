using System;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ColumnStream.Engine.Sinks;
using Npgsql;

namespace ColumnStream.Connectors.Jdbc;

/// <summary>Names the sessions of one run of a sink, and ends those of runs before it.</summary>
/// <remarks>
/// A process that is stopped, or whose machine sleeps, keeps its connection and the locks of its transaction; neither keep-alive nor the
/// limit for idle transactions ends a COPY that waits for its client. The run that took over is the one that may.
/// </remarks>
internal sealed class RunSessions
{
    private const string LockNotAvailable = "55P03";
    private readonly string _prefix;
    private readonly long _generation;

    public RunSessions(SinkContext context)
    {
        Sink = $"{context.Lineage}/{context.Uid}";
        _generation = context.Generation;
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sink)).AsSpan(0, 6));
        _prefix = $"columnstream {hash} ";
        Application = string.Create(CultureInfo.InvariantCulture, $"{_prefix}{_generation} {context.JobId}");
    }

    /// <summary>Gets the sink's name over all runs.</summary>
    public string Sink { get; }

    /// <summary>Gets the name that the database shows for a session of this run.</summary>
    public string Application { get; }

    /// <summary>Tells whether an error says that a lock was waited for too long.</summary>
    public static bool IsLockTimeout(Exception failure) =>
        failure.InnerException is PostgresException { SqlState: LockNotAvailable };

    /// <summary>Ends the sessions of older runs of this sink; returns their number.</summary>
    public long EndOlder(PostgresDatabase database) => database.Guard($"ending sessions of older runs of {Sink}", connection =>
    {
        using NpgsqlCommand command = PostgresDatabase.Command(
            connection,
            "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity "
                + "WHERE usename = current_user AND datname = current_database() "
                + "AND substring(application_name FROM $1)::bigint < $2",
            $"^{_prefix}([0-9]{{1,18}}) ", _generation);
        return (long)command.ExecuteScalar()!;
    });
}
