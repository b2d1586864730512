using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Testing.SqlFiles;
using Microsoft.Data.Sqlite;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Sql.Tests;

/// <summary>Runs examples/earthquakes.sql in many ways; SQLite, over the same lines, is the oracle.</summary>
[Collection(AloneCollection.Name)]
public sealed class EarthquakesTests(ITestOutputHelper output)
{
    private static readonly SltLeg[] Legs =
    [
        new(1, 4096, null, 1 << 20),
        new(1, 1, null, 1 << 20),
        new(1, 7, null, 1 << 20),
        new(1, 4096, 3, 1 << 20),
        new(4, 4096, null, 1 << 20),
        new(4, 1, null, 1),
        new(4, 7, null, 1),
        new(4, 4096, 5, 1),
    ];

    [Fact]
    public void The_answer_is_sqlites_at_any_parallelism_and_batch_size()
    {
        Environment.CurrentDirectory = SltTests.Root;
        (string[] expected, long late) = AskSqlite();
        output.WriteLine($"{expected.Length} rows, {late} late, by SQLite");
        Assert.True(late > 0);
        foreach (SltLeg leg in Legs)
        {
            using var session = new TestSession(leg);
            (IReadOnlyList<string> rows, JobMetrics? metrics) = session.Run(File.ReadAllText("examples/earthquakes.sql"));
            Assert.Equal(expected, rows);
            Assert.Equal(late, metrics!.Nodes.Sum(n => n.Counters.GetValueOrDefault("lateRows")));
        }
    }

    // A row is late when its day had closed by the rows before it: their greatest time less a day reached the day's end.
    private static (string[] Rows, long Late) AskSqlite()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        Execute(connection, "CREATE TABLE q (n INTEGER PRIMARY KEY, mag REAL, t INTEGER, depth REAL)");
        using (SqliteTransaction transaction = connection.BeginTransaction())
        {
            foreach (string line in File.ReadLines("examples/data/earthquakes.jsonl"))
            {
                using JsonDocument json = JsonDocument.Parse(line);
                using SqliteCommand insert = connection.CreateCommand();
                insert.CommandText = "INSERT INTO q (mag, t, depth) VALUES ($m, $t, $d)";
                insert.Parameters.AddWithValue("$m", Number(json, "mag"));
                insert.Parameters.AddWithValue("$t", (DateTime.Parse(
                    json.RootElement.GetProperty("event_time").GetString()!,
                    System.Globalization.CultureInfo.InvariantCulture) - DateTime.UnixEpoch).Ticks / 10_000);
                insert.Parameters.AddWithValue("$d", Number(json, "depth_km"));
                insert.ExecuteNonQuery();
            }

            transaction.Commit();
        }

        Execute(connection, """
            CREATE TABLE judged AS SELECT *, t / 86400000 AS day,
              (t / 86400000 + 1) * 86400000 - 1 <= COALESCE(
                MAX(t) OVER (ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) - 86400000, -1) AS late
            FROM q
            """);
        using SqliteCommand query = connection.CreateCommand();
        query.CommandText = """
            SELECT strftime('%Y-%m-%d 00:00:00.000', day * 86400, 'unixepoch'), floor(mag), count(*), max(mag), max(depth)
            FROM judged WHERE mag IS NOT NULL AND NOT late GROUP BY day, floor(mag) ORDER BY day, floor(mag)
            """;
        List<string> rows = [];
        using (SqliteDataReader reader = query.ExecuteReader())
        {
            while (reader.Read())
            {
                rows.Add(string.Join('\t', reader.GetString(0), Text(reader.GetDouble(1)), reader.GetInt64(2),
                    Text(reader.GetDouble(3)), Text(reader.GetDouble(4))));
            }
        }

        query.CommandText = "SELECT count(*) FROM judged WHERE late AND mag IS NOT NULL";
        return ([.. rows], (long)query.ExecuteScalar()!);
    }

    private static object Number(JsonDocument json, string name) =>
        json.RootElement.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : DBNull.Value;

    private static string Text(double value) =>
        value == Math.Floor(value) ? $"{value:F1}" : value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
