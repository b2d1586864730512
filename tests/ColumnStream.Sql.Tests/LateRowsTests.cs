using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Testing.SqlFiles;
using Xunit;

namespace ColumnStream.Sql.Tests;

// Goal: a row that comes too late is counted, and stands in the side table with its operator and the watermark, once for
// each operator that left it out. Method: rows with known late ones through each kind of window, at parallelism 1 and 4.
// What would break it: an operator that counts without giving, or gives a row of the wrong batch.
[Collection(AloneCollection.Name)]
public sealed class LateRowsTests : IDisposable
{
    private const string Rows =
        """
        {"ts":"2020-01-01 00:00:01.000","k":"a","x":1}
        {"ts":"2020-01-01 00:00:31.000","k":"a","x":2}
        {"ts":"2020-01-01 00:00:03.000","k":"b","x":3}
        {"ts":"2020-01-01 00:00:32.000","k":"c","x":4}
        {"ts":"2020-01-01 00:00:04.000","k":"a","x":5}

        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("late").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end", 1)]
    [InlineData("TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end", 1)]
    [InlineData("SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, window_start, window_end", 1)]
    [InlineData("t GROUP BY k, TUMBLE(ts, INTERVAL '10' SECOND)", 1)]
    [InlineData("(SELECT k, window_start FROM SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY k", 1)]
    [InlineData("SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, window_start, window_end", 4)]
    public void Late_rows_stand_in_the_side_table(string from, int parallelism)
    {
        File.WriteAllText(Path.Combine(_folder, "in.json"), Rows);
        using var session = new TestSession(new SltLeg(parallelism, 4096, null, 1 << 20));
        (_, JobMetrics? metrics) = session.Run(
            $"""
            CREATE TABLE t (ts TIMESTAMP(3), k STRING, x INT, WATERMARK FOR ts AS ts)
                WITH ('connector' = 'filesystem', 'path' = '{_folder}/in.json', 'format' = 'json', 'scan.watermark.emit.strategy' = 'on-event');
            CREATE TABLE late (operator STRING, watermark TIMESTAMP(3), late_row STRING)
                WITH ('connector' = 'filesystem', 'path' = '{_folder}/late', 'format' = 'json');
            SET 'table.exec.late-rows.table' = 'late';
            SELECT k, COUNT(*), SUM(1) FROM {from};
            """);
        string[] late = [.. Directory.EnumerateFiles(Path.Combine(_folder, "late")).SelectMany(File.ReadLines)];
        Assert.Equal(2, late.Length);
        Assert.Contains(late, row => row.Contains("2020-01-01 00:00:03", StringComparison.Ordinal)
            && row.Contains("\"watermark\":\"2020-01-01 00:00:31", StringComparison.Ordinal));
        Assert.Contains(late, row => row.Contains("2020-01-01 00:00:04", StringComparison.Ordinal)
            && row.Contains("\"watermark\":\"2020-01-01 00:00:32", StringComparison.Ordinal));
        Assert.Equal(2, metrics!.Nodes.Sum(n => n.Counters.GetValueOrDefault("lateRows")));
    }

    [Fact]
    public void A_table_of_other_columns_is_refused_by_the_option_s_name()
    {
        using var session = new TestSession(new SltLeg(1, 4096, null, 1 << 20));
        string errors = TestSession.Errors(session.Plan(
            $"""
            CREATE TABLE late (operator STRING) WITH ('connector' = 'filesystem', 'path' = '{_folder}/late', 'format' = 'json');
            SET 'table.exec.late-rows.table' = 'late';
            SELECT 1;
            """));
        Assert.Contains("CST3111", errors, StringComparison.Ordinal);
        Assert.Contains("late_row STRING", errors, StringComparison.Ordinal);
    }
}
