using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading;
using ColumnStream.Testing.Postgres;

namespace ColumnStream.Testing.Chaos;

/// <summary>Sends the sinks of jobs into tables of a real database; sinks of changes become tables with a key.</summary>
public sealed partial class PostgresOutput(PostgresServer server) : JobOutput
{
    private readonly Dictionary<ChaosJob, string> _names = [];
    private int _jobs;

    public override int MostHits => 5;

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
        return script != job.Shape.Script && !script.Contains("'filesystem'", System.StringComparison.Ordinal)
            ? script
            : throw new InvalidDataException("A sink of the script has not the form that is known.");
    }

    public override List<string> Rows(ChaosJob job, ShapeSink sink) =>
        [.. server.Query($"SELECT * FROM {_names[job]}{sink.Name}").Select(static row => row.Replace('|', ','))];

    [GeneratedRegex(@"CREATE TABLE (?<name>\w+) \((?<columns>[^;]*?)\) WITH \('connector' = 'filesystem', [^;]*\);")]
    private static partial Regex Sink();
}
