using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading;
using ColumnStream.Testing.Postgres;

namespace ColumnStream.Testing.Chaos;

/// <summary>Sends the sinks of jobs into tables of a real database; sinks of changes become tables with a key.</summary>
public sealed partial class PostgresOutput(PostgresServer server) : JobOutput, IDisposable
{
    private readonly PostgresReader _session = server.Open();
    private readonly Dictionary<ChaosJob, string> _names = [];
    private int _jobs;

    public override int MostHits => 5;

    public override bool HasSessions => true;

    public override bool CutSessions(bool isInTransaction, KillTally tally)
    {
        string others = "datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
        string which = isInTransaction ? $"{others} AND EXISTS (SELECT FROM pg_stat_activity WHERE {others} AND state <> 'idle')" : others;
        List<string> cut = _session.Rows($"SELECT state, pg_terminate_backend(pid) FROM pg_stat_activity WHERE {which}");
        tally.CutSessions += cut.Count;
        tally.CutTransactions += cut.Count(static row => !row.StartsWith("idle|", StringComparison.Ordinal));
        return cut.Count > 0;
    }

    public override string Prepare(ChaosJob job)
    {
        string prefix = _names[job] = $"job{Interlocked.Increment(ref _jobs)}_";
        string script = Sink().Replace(job.Shape.Script, match =>
        {
            (string name, string columns) = (match.Groups["name"].Value, match.Groups["columns"].Value);
            string? key = job.Shape.Sinks.Single(s => s.Name == name).Key;
            string primary = key is null ? "" : $", PRIMARY KEY ({key})";
            server.Query($"CREATE TABLE {prefix}{name} ({columns}{primary})");
            return $"""
                CREATE TABLE {name} ({columns}{primary}{(key is null ? "" : " NOT ENFORCED")}) WITH ('connector' = 'jdbc',
                  'url' = '{server.Url}', 'table-name' = '{prefix}{name}',
                  'username' = '{PostgresServer.User}', 'password' = '{PostgresServer.Password}');
                """;
        });
        return script != job.Shape.Script && !script.Contains("'filesystem'", StringComparison.Ordinal)
            ? script
            : throw new InvalidDataException("A sink of the script has not the form that is known.");
    }

    public override List<string> Rows(ChaosJob job, ShapeSink sink) =>
        [.. server.Query($"SELECT * FROM {_names[job]}{sink.Name}").Select(static row => row.Replace('|', ','))];

    public void Dispose() => _session.Dispose();

    [GeneratedRegex(@"CREATE TABLE (?<name>\w+) \((?<columns>[^;]*?)\) WITH \('connector' = 'filesystem', [^;]*\);")]
    private static partial Regex Sink();
}
