using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Testing.SqlFiles;
using Microsoft.Data.Sqlite;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Sql.Tests;

// Goal: queries in queries have SQLite's rows, in batch mode and in streaming mode over a table whose rows change and go while
// the query runs. Method: the table is a sum of parts with HAVING, so that every row comes wrong first and some go again; in
// SQLite it holds the final rows. It breaks when an empty group is lost, an unknown is taken for false, a name resolves to the
// wrong query, or an answer does not follow a retraction.
public sealed class NestedQueryTests(ITestOutputHelper output)
{
    private const int Seed = 20_261_122;

    private static int Queries => int.TryParse(
        Environment.GetEnvironmentVariable("COLUMNSTREAM_NESTED_QUERIES"), CultureInfo.InvariantCulture, out int count) ? count : 24;

    [Theory]
    [InlineData(1, 5)]
    [InlineData(4, 64)]
    public void Queries_in_queries_have_sqlites_rows(int parallelism, int batchRows)
    {
        var random = new Random(Seed + parallelism);
        (string parts, string rows) = Table(random);
        using var streaming = new TestSession(new SltLeg(parallelism, batchRows, null, 1 << 20));
        using var batch = new TestSession(new SltLeg(parallelism, batchRows, null, 1 << 20));
        batch.Plan("SET 'execution.runtime-mode' = 'batch'");
        foreach (TestSession session in new[] { streaming, batch })
        {
            Assert.True(session.Plan(
                $"CREATE VIEW parts AS SELECT id, CAST(i AS BIGINT) AS i, CAST(j AS BIGINT) AS j, s FROM (VALUES {parts}) AS v(id, i, j, s);\n"
                + "CREATE VIEW t AS SELECT id, SUM(i) AS i, SUM(j) AS j, MAX(s) AS s FROM parts GROUP BY id HAVING COUNT(*) < 4").IsSuccess);
        }

        using var sqlite = new SqliteConnection("Data Source=:memory:");
        sqlite.Open();
        SqliteTests.Ask(sqlite, "CREATE TABLE t (id INTEGER, i INTEGER, j INTEGER, s TEXT)");
        SqliteTests.Ask(sqlite, $"INSERT INTO t VALUES {rows}");
        var generator = new NestedQueryGenerator(random);
        List<string> wrong = [];
        int some = 0;
        for (int n = 0; n < Queries; n++)
        {
            string sql = generator.Next();
            string[] expected = SqliteTests.Ask(sqlite, sql);
            Array.Sort(expected, StringComparer.Ordinal);
            some += expected.Length > 0 ? 1 : 0;
            foreach (TestSession session in new[] { streaming, batch })
            {
                string mode = session == batch ? "batch" : "streaming";
                string[] actual;
                try
                {
                    actual = [.. session.Run(sql).Rows.Select(SqliteTests.Normal).Order(StringComparer.Ordinal)];
                }
                catch (Exception error) when (error is not OutOfMemoryException)
                {
                    actual = [$"{error.GetType().Name}: {error.Message} {string.Join(' ', (error.StackTrace ?? "").Split('\n').Take(3))}"];
                }

                if (!expected.SequenceEqual(actual))
                {
                    wrong.Add($"{n} {mode}: {sql}\n  sqlite: {SqliteTests.Difference(expected, actual)}\n  ours:   {SqliteTests.Difference(actual, expected)}");
                }
            }
        }

        string shapes = string.Join(", ", generator.Shapes.Select(s => $"{s.Key} {s.Value}"));
        output.WriteLine($"seed {Seed + parallelism}, {Queries} queries, {some} with rows: {shapes}");
        Assert.True(wrong.Count == 0, $"seed {Seed + parallelism}, {wrong.Count} differ\n{string.Join("\n", wrong.Take(6))}");
        Assert.True(some * 10 >= Queries * 6, $"only {some} of {Queries} queries have rows");
    }

    /// <summary>Makes the parts of the rows in an order of their own, and the rows.</summary>
    private static (string Parts, string Rows) Table(Random random)
    {
        List<string> parts = [];
        List<string> rows = [];
        for (int id = 0; id < 14; id++)
        {
            int? i = random.Next(4) == 0 ? null : random.Next(-2, 8);
            int? j = random.Next(5) == 0 ? null : random.Next(0, 4);
            int count = id >= 11 ? 4 : random.Next(1, 4);
            for (int part = 0; part < count; part++)
            {
                // The last part makes the sum what it must be.
                int wrong = random.Next(-3, 4);
                string Part(int? value) => value is null ? "CAST(NULL AS INT)" : $"{value}";
                parts.Add($"({id}, {Part(part == count - 1 ? i : i is null ? null : wrong)}, {Part(part == count - 1 ? j : j is null ? null : wrong)}, 's{id % 3}')");
                i -= part == count - 1 ? 0 : wrong;
                j -= part == count - 1 ? 0 : wrong;
            }
        }

        for (int id = 0; id < 11; id++)
        {
            int[] own = [.. Enumerable.Range(0, parts.Count).Where(p => parts[p].StartsWith($"({id},", StringComparison.Ordinal))];
            string Sum(int column) => parts[own[0]].Split(", ")[column].StartsWith("CAST", StringComparison.Ordinal) ? "NULL"
                : $"{own.Sum(p => int.Parse(parts[p].Split(", ")[column], CultureInfo.InvariantCulture))}";
            rows.Add($"({id}, {Sum(1)}, {Sum(2)}, 's{id % 3}')");
        }

        return (string.Join(", ", parts.OrderBy(_ => random.Next())), string.Join(", ", rows));
    }
}
