using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Testing.SqlFiles;
using Microsoft.Data.Sqlite;
using Xunit;

namespace ColumnStream.Sql.Tests;

/// <summary>Asks SQLite the same generated questions.</summary>
public sealed class SqliteTests
{
    private const int Seed = 20_261_122;

    [Theory]
    [InlineData(1, 4096)]
    [InlineData(4, 7)]
    public void Generated_queries_have_sqlites_rows(int parallelism, int batchRows)
    {
        var generator = new QueryGenerator(new Random(Seed + parallelism));
        string rows = string.Join(",\n", generator.Rows(80).Select(r => $"({string.Join(", ", r)})"));
        using var streaming = new TestSession(new SltLeg(parallelism, batchRows, null, 1 << 20));
        using var batch = new TestSession(new SltLeg(parallelism, batchRows, null, 1 << 20));
        batch.Plan("SET 'execution.runtime-mode' = 'batch'");
        foreach (TestSession session in new[] { streaming, batch })
        {
            Assert.True(session.Plan(
                "CREATE VIEW t AS SELECT id, CAST(i AS BIGINT) AS i, CAST(j AS BIGINT) AS j, CAST(x AS DOUBLE) AS x, s "
                + $"FROM (VALUES {rows}) AS v(id, i, j, x, s)").IsSuccess);
        }

        using var sqlite = new SqliteConnection("Data Source=:memory:");
        sqlite.Open();
        Ask(sqlite, "PRAGMA case_sensitive_like = 1");
        Ask(sqlite, "CREATE TABLE t (id INTEGER, i INTEGER, j INTEGER, x REAL, s TEXT)");
        Ask(sqlite, $"INSERT INTO t VALUES {rows}");
        List<string> wrong = [];
        int answered = 0;
        for (int i = 0; i < 120; i++)
        {
            QueryGenerator.Query query = generator.Next();
            string[] expected = Ask(sqlite, query.Theirs);
            string[] actual = [.. (query.IsBatch || i % 4 == 0 ? batch : streaming).Run(query.Ours).Rows.Select(Normal)];
            if (!query.IsOrdered)
            {
                Array.Sort(expected, StringComparer.Ordinal);
                Array.Sort(actual, StringComparer.Ordinal);
            }

            answered += expected.Length;
            if (!expected.SequenceEqual(actual))
            {
                wrong.Add($"{i}: {query.Ours}\n  sqlite: {Difference(expected, actual)}\n  ours:   {Difference(actual, expected)}");
            }
        }

        Assert.True(wrong.Count == 0, $"seed {Seed}, {wrong.Count} differ\n{string.Join("\n", wrong.Take(8))}");
        Assert.True(answered > 1_000, $"{answered} rows only");
    }

    internal static string Difference(string[] rows, string[] from) => string.Join(" | ", rows.Except(from).Take(4));

    internal static string Normal(string row) => string.Join('\t', row.Split('\t').Select(Number));

    // Numbers compare as numbers: 1.0 is 1, sums of doubles may differ in the last digits.
    private static string Number(string cell) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? (value + 0.0).ToString("G10", CultureInfo.InvariantCulture).Replace("-0", value == 0 ? "0" : "-0", StringComparison.Ordinal)
            : cell;

    internal static string[] Ask(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        List<string> rows = [];
        while (reader.Read())
        {
            rows.Add(string.Join('\t', Enumerable.Range(0, reader.FieldCount).Select(c => reader.GetValue(c) switch
            {
                DBNull => "NULL",
                double value => Number(value.ToString("R", CultureInfo.InvariantCulture)),
                object value => Number(Convert.ToString(value, CultureInfo.InvariantCulture)!),
            })));
        }

        return [.. rows];
    }
}
