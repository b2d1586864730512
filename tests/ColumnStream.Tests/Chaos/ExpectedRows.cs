using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Testing.Chaos;
using Microsoft.Data.Sqlite;
using Xunit;

namespace ColumnStream.Tests.Chaos;

/// <summary>Says what a job's sinks must hold: by SQLite over the same input, and by a run without faults, which must agree.</summary>
internal static class ExpectedRows
{
    private static readonly ConcurrentDictionary<string, Lazy<IReadOnlyDictionary<string, List<string>>>> s_rows = new();

    /// <summary>Returns the sorted rows of each sink.</summary>
    public static IReadOnlyDictionary<string, List<string>> Of(JobShape shape) => s_rows.GetOrAdd(
        shape.Name, _ => new Lazy<IReadOnlyDictionary<string, List<string>>>(() => RunUndisturbed(shape))).Value;

    private static Dictionary<string, List<string>> RunUndisturbed(JobShape shape)
    {
        using var job = new ChaosJob(shape);
        (int code, string text) = ServerProcess.Run(job.Folder, ChaosJob.Arguments("--quiet"));
        Assert.True(code == 0, text);
        Dictionary<string, List<string>> rows = shape.Sinks.ToDictionary(s => s.Name, s => job.Rows(s.Name));
        foreach (ShapeSink sink in shape.Sinks)
        {
            Assert.True(rows[sink.Name].Count >= 40, $"{shape}, {sink.Name}: {rows[sink.Name].Count} rows");
            if (sink.Oracle is not null)
            {
                Assert.Null(ChaosJob.Difference(Ask(sink.Oracle), rows[sink.Name]));
            }
        }

        return rows;
    }

    private static List<string> Ask(string query)
    {
        using var sqlite = new SqliteConnection("Data Source=:memory:");
        sqlite.Open();
        using SqliteCommand command = sqlite.CreateCommand();
        command.CommandText = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            CREATE TABLE src AS WITH RECURSIVE n(id) AS (SELECT 0 UNION ALL SELECT id + 1 FROM n WHERE id < {JobShapes.Rows - 1})
            SELECT id FROM n;
            CREATE INDEX i ON src (id);
            {query}
            """);
        using SqliteDataReader reader = command.ExecuteReader();
        List<string> rows = [];
        while (reader.Read())
        {
            rows.Add(string.Join(
                ',', Enumerable.Range(0, reader.FieldCount).Select(i => Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))));
        }

        rows.Sort(StringComparer.Ordinal);
        return rows;
    }
}
