using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner;
using ColumnStream.Planner.Statements;
using ColumnStream.Testing.SqlFiles;
using Xunit;

namespace ColumnStream.Sql.Tests;

/// <summary>
/// Goal: aggregation in two phases answers as one phase does. Method: queries over generated bids, with few groups, with as
/// many as rows (the first phase then stops grouping) and over updating input, at parallelism 4 under each strategy, against
/// parallelism 1, which has one phase. A first phase that lost, doubled or mixed up a cell would differ.
/// </summary>
public sealed class TwoPhaseTests
{
    private const string Bids = """
        CREATE TABLE bid (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, `dateTime` TIMESTAMP(3), extra STRING,
          WATERMARK FOR `dateTime` AS `dateTime`)
        WITH ('connector' = 'nexmark', 'nexmark.table' = 'bid', 'nexmark.events' = '40000', 'nexmark.events-per-second' = '2000');
        """;

    private const string Calls = """
        COUNT(*), COUNT(price), SUM(price), MIN(price), MAX(price), AVG(price), COUNT(*) FILTER (WHERE price > 5000),
        SUM(CAST(price AS DECIMAL(20, 2))), MAX(NULLIF(MOD(price, 7), 3)), STDDEV_POP(MOD(price, 10)), MIN(`dateTime`)
        """;

    [Theory]
    [InlineData("SELECT channel, " + Calls + " FROM bid GROUP BY channel", true)]
    [InlineData("SELECT " + Calls + " FROM bid", true)]
    [InlineData("SELECT auction * 100000 + price, " + Calls + " FROM bid GROUP BY auction * 100000 + price", true)]
    [InlineData("SELECT n, COUNT(*), SUM(n), AVG(m) FROM (SELECT bidder, COUNT(*) AS n, MAX(price) AS m FROM bid GROUP BY bidder) GROUP BY n", true)]
    [InlineData("SELECT n, MAX(m), MIN(m) FROM (SELECT bidder, COUNT(*) AS n, MAX(price) AS m FROM bid GROUP BY bidder) GROUP BY n", true)]
    [InlineData("SELECT channel, COUNT(DISTINCT bidder), MAX(DISTINCT price) FROM bid GROUP BY channel", false)]
    [InlineData("SELECT channel, bidder, COUNT(*), GROUPING_ID(channel, bidder) FROM bid GROUP BY ROLLUP (channel, bidder)", true)]
    [InlineData("SELECT DISTINCT channel FROM bid", true)]
    [InlineData("SELECT channel, window_start, " + Calls + " FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '2' SECOND)) GROUP BY channel, window_start, window_end", true)]
    [InlineData("SELECT bidder, window_end, " + Calls + " FROM TABLE(HOP(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '2' SECOND, INTERVAL '6' SECOND)) GROUP BY bidder, window_start, window_end", true)]
    [InlineData("SELECT window_end, " + Calls + " FROM TABLE(CUMULATE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '1' SECOND, INTERVAL '6' SECOND)) GROUP BY window_start, window_end", true)]
    [InlineData("SELECT window_start, COUNT(DISTINCT bidder) FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '2' SECOND)) GROUP BY window_start, window_end", false)]
    public void Two_phases_answer_as_one(string query, bool splits)
    {
        IReadOnlyDictionary<string, long> expected = Run(query, 1, "AUTO", out int none);
        Assert.Equal(0, none);
        Assert.NotEmpty(expected);
        foreach (string strategy in new[] { "AUTO", "ONE_PHASE" })
        {
            IReadOnlyDictionary<string, long> found = Run(query, 4, strategy, out int local);
            Assert.Equal(splits && strategy != "ONE_PHASE", local > 0);
            string[] wrong = [.. expected.Except(found).Concat(found.Except(expected)).Take(6).Select(r => $"{r.Value} x {r.Key}")];
            Assert.True(wrong.Length == 0, $"{strategy}\n{string.Join('\n', wrong)}");
        }
    }

    /// <summary>Sums, counts and extremes beside DISTINCT of one value, over inserts and updates; two distinct values stay whole.</summary>
    [Theory]
    [InlineData("SELECT channel, COUNT(DISTINCT bidder), COUNT(DISTINCT bidder) FILTER (WHERE price > 5000), SUM(DISTINCT bidder), COUNT(*), SUM(price), MIN(price), MAX(price) FROM bid GROUP BY channel", 2)]
    [InlineData("SELECT COUNT(DISTINCT channel), COUNT(price) FROM bid", 2)]
    [InlineData("SELECT n, COUNT(DISTINCT m), SUM(m) FROM (SELECT bidder, COUNT(*) AS n, MAX(price) AS m FROM bid GROUP BY bidder) GROUP BY n", 3)]
    [InlineData("SELECT channel, COUNT(DISTINCT CAST(price AS DECIMAL(12, 2))) AS c FROM bid GROUP BY channel HAVING COUNT(DISTINCT CAST(price AS DECIMAL(12, 2))) > 2", 2)]
    [InlineData("SELECT channel, COUNT(DISTINCT bidder), COUNT(DISTINCT auction) FROM bid GROUP BY channel", 1)]
    public void Buckets_of_distinct_values_add_up(string query, int aggregations)
    {
        IReadOnlyDictionary<string, long> expected = Run(query, 1, "AUTO", out _);
        const string Split = "SET 'table.optimizer.distinct-agg.split.enabled' = 'true'; "
            + "SET 'table.optimizer.distinct-agg.split.bucket-num' = '7'";
        foreach (int parallelism in new[] { 1, 4 })
        {
            IReadOnlyDictionary<string, long> found = Run(query, parallelism, "AUTO", out _, out int groups, Split);
            Assert.Equal(aggregations, groups);
            string[] wrong = [.. expected.Except(found).Concat(found.Except(expected)).Take(6).Select(r => $"{r.Value} x {r.Key}")];
            Assert.True(wrong.Length == 0, string.Join('\n', wrong));
        }
    }

    private static IReadOnlyDictionary<string, long> Run(string query, int parallelism, string strategy, out int local) =>
        Run(query, parallelism, strategy, out local, out _);

    private static IReadOnlyDictionary<string, long> Run(
        string query, int parallelism, string strategy, out int local, out int groups, string more = "SELECT 1")
    {
        using var session = new TestSession(new SltLeg(parallelism, 4096, null, 1 << 20));
        Assert.True(session.Plan(Bids).IsSuccess);
        Assert.True(session.Plan($"SET 'table.optimizer.agg-phase-strategy' = '{strategy}'").IsSuccess);
        Assert.True(session.Plan(more).IsSuccess);
        PlanResult plan = session.Plan(query);
        Assert.True(plan.IsSuccess, TestSession.Errors(plan));
        PlannedJob job = plan.Statements.OfType<PlannedJob>().Single();
        local = job.Graph.Plan.Nodes.Count(node => node.Describe().StartsWith("local", StringComparison.Ordinal));
        groups = job.Graph.Plan.Nodes.OfType<GroupAggregateNode>().Count();
        var running = session.Start(job, string.Create(CultureInfo.InvariantCulture, $"two-phase-{parallelism}"));
        Assert.True(running.Wait(60_000), "The job does not end.");
        Assert.True(running.Failure is null, running.Failure?.ToString());
        return session.Result.Balance();
    }
}
