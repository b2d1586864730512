using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using ColumnStream.Planner;
using ColumnStream.Planner.Statements;
using ColumnStream.Testing.SqlFiles;
using Xunit;

namespace ColumnStream.Sql.Tests;

/// <summary>
/// Goal: the benchmark's own queries have DuckDB's answers. Method: every query of perf/queries runs over the nexmark
/// connector; the number of rows that stand in the end, and the sum of their hashes, are those in answers.txt, which DuckDB
/// computed over the same events. One wrong, missing or surplus row changes the sum.
/// </summary>
/// <remarks>perf/ColumnStream.Nexmark compares row by row, over any number of events (<c>check</c>), and writes answers.txt.</remarks>
public sealed class NexmarkAnswerTests
{
    private static readonly string s_folder = Path.Combine(SltTests.Root, "perf/queries");
    private static readonly string[] s_answers = File.ReadAllLines(Path.Combine(s_folder, "answers.txt"));

    public static IEnumerable<object[]> Queries() =>
        from line in s_answers.Skip(1)
        from parallelism in new[] { 1, 4 }
        select new object[] { line.Split(' ')[0], parallelism };

    [Theory]
    [MemberData(nameof(Queries))]
    public void A_query_has_duckdbs_answer(string query, int parallelism)
    {
        string[] facts = s_answers[0].Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        string side = Path.Combine(Path.GetTempPath(), $"nexmark-side-input-{query}-{parallelism}.csv");
        File.WriteAllLines(side, Enumerable.Range(0, 10_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i},{i}")));
        string views = File.ReadAllText(Path.Combine(s_folder, "nexmark.sql"))
            .Replace("${EVENTS}", facts[Array.IndexOf(facts, "events") + 1], StringComparison.Ordinal)
            .Replace("${RATE}", facts[Array.IndexOf(facts, "second") + 1], StringComparison.Ordinal);
        string text = File.ReadAllText(Path.Combine(s_folder, $"{query}.sql"))
            .Replace("${SIDE_INPUT}", side, StringComparison.Ordinal)
            .Replace("'connector' = 'blackhole'", $"'connector' = '{PlannedJob.ResultConnector}'", StringComparison.Ordinal);
        using var session = new TestSession(new SltLeg(parallelism, parallelism == 1 ? 4096 : 512, null, 1 << 20));
        try
        {
            Assert.True(session.Plan(views).IsSuccess);
            PlanResult plan = session.Plan(text, query);
            Assert.True(plan.IsSuccess, TestSession.Errors(plan));
            var running = session.Start(plan.Statements.OfType<PlannedJob>().Single(), query);
            Assert.True(running.Wait(60_000), "The job does not end.");
            Assert.True(running.Failure is null, running.Failure?.ToString());
        }
        finally
        {
            File.Delete(side);
        }

        (long rows, BigInteger checksum) = Sum(session.Result.Balance());
        Assert.Equal(
            s_answers.Single(line => line.StartsWith(query + " ", StringComparison.Ordinal)),
            string.Create(CultureInfo.InvariantCulture, $"{query} {rows} {checksum}"));
    }

    private static (long Rows, BigInteger Checksum) Sum(IReadOnlyDictionary<string, long> standing)
    {
        long rows = 0;
        BigInteger checksum = 0;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        foreach ((string row, long count) in standing)
        {
            Assert.True(count > 0, $"A row was taken back that did not stand: {row}");
            SHA256.HashData(Encoding.UTF8.GetBytes(row), hash);
            checksum += (BigInteger)(BinaryPrimitives.ReadUInt64BigEndian(hash) >> 16) * count;
            rows += count;
        }

        return (rows, checksum);
    }
}
