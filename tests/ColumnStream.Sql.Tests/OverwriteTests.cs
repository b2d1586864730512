using System;
using System.IO;
using System.Linq;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.SqlFiles;
using Xunit;

namespace ColumnStream.Sql.Tests;

/// <summary>
/// Goal: INSERT OVERWRITE shows all old rows or all new ones, whenever it is killed and wherever it is restored. Method: the
/// rows of the folder's visible files behind every turn of a simulated job that dies behind seeded barriers.
/// </summary>
public sealed class OverwriteTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("parallel4")]
    [InlineData("killed")]
    [InlineData("rescaled")]
    public void Readers_see_old_rows_or_new_ones(string leg)
    {
        string values = string.Join(", ", Enumerable.Range(0, 120).Select(i => $"({i % 7}, {i})"));
        string expected = string.Concat(Enumerable.Range(0, 7).Select(k => $"{{\"k\":{k},\"n\":{(k == 0 ? 18 : 17)}}}\n"));
        int restores = 0;
        for (int seed = 0; seed < 6; seed++)
        {
            using var folder = new TempFolder();
            folder.Write("out/old.jsonl", "old\n");
            using var session = new TestSession(SltLeg.All.Single(l => l.Name == leg));
            var plan = session.Plan($"""
                SET 'execution.runtime-mode' = 'batch';
                CREATE TABLE t (k BIGINT, n BIGINT)
                    WITH ('connector' = 'filesystem', 'path' = '{folder.At("out")}', 'format' = 'json');
                INSERT OVERWRITE t SELECT k, COUNT(*) FROM (VALUES {values}) AS v(k, i) GROUP BY k;
                """);
            Assert.True(plan.IsSuccess, TestSession.Errors(plan));
            TestJob job = session.Start(plan.Statements.OfType<PlannedJob>().Single(), "overwrite", seed);
            string rows = "";
            Assert.True(job.RunUntil(
                () =>
                {
                    rows = Rows(folder.At("out"));
                    return rows != "old\n" && rows != expected;
                },
                20_000));
            Assert.True(rows == "old\n" || rows == expected, $"seed {seed}: {rows}");
            Assert.True(job.Wait(20_000));
            Assert.Equal((JobStatus.Finished, null), (job.Status, job.Failure?.Message));
            Assert.Equal(expected, Rows(folder.At("out")));
            Assert.Equal(["out"], Directory.GetFileSystemEntries(folder.At(".")).Select(Path.GetFileName));
            restores += job is InterruptedJob { Restores: var count } ? count : 0;
        }

        Assert.True(SltLeg.All.Single(l => l.Name == leg).Lives.Count == 0 || restores > 6, $"{restores} restores");
    }

    private static string Rows(string folder)
    {
        try
        {
            return string.Concat(Directory.GetFiles(folder).Where(f => !Path.GetFileName(f).StartsWith('.'))
                .SelectMany(File.ReadAllLines).Order(StringComparer.Ordinal).Select(line => line + "\n"));
        }
        catch (IOException)
        {
            // Between listing and reading the folder was exchanged: the next look sees the other one.
            return "old\n";
        }
    }
}
