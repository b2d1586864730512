using System;
using System.Linq;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using Xunit;

namespace ColumnStream.Tests.Planner;

/// <summary>
/// Goal: state that nothing bounds, and old values that come out different, are found before a job runs; what is equal runs
/// once. Method: queries over unbounded tables with options that refuse, and counts of nodes.
/// </summary>
public sealed class StateAndDeterminismTests
{
    private const string Tables = """
        CREATE TABLE t (k STRING, n BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'files', 'bounded' = 'false');
        CREATE TABLE ended (k STRING, n BIGINT) WITH ('connector' = 'files');
        CREATE TABLE keyed (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED)
            WITH ('connector' = 'files', 'bounded' = 'false', 'gives' = 'retractions');
        CREATE TABLE old (k STRING, n BIGINT) WITH ('connector' = 'files', 'gives' = 'retractions');
        CREATE TABLE all_kinds (k STRING, n BIGINT) WITH ('connector' = 'files', 'takes' = 'retractions');
        CREATE TABLE other_kinds (k STRING, n BIGINT) WITH ('connector' = 'files', 'takes' = 'retractions');
        CREATE TABLE by_k (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'files', 'takes' = 'upserts');

        """;

    [Theory]
    [InlineData("INSERT INTO all_kinds SELECT UUID(), n FROM t", true)]
    [InlineData("INSERT INTO all_kinds SELECT UUID(), n FROM old", false)]
    [InlineData("INSERT INTO by_k SELECT k, CAST(RAND() * 10 AS BIGINT) FROM keyed", true)]
    [InlineData("INSERT INTO by_k SELECT UUID(), n FROM keyed", false)]
    [InlineData("INSERT INTO all_kinds SELECT u, COUNT(*) FROM (SELECT UUID() AS u FROM old) GROUP BY u", false)]
    [InlineData("INSERT INTO all_kinds SELECT u, COUNT(*) FROM (SELECT UUID() AS u FROM t) GROUP BY u", true)]
    [InlineData("INSERT INTO all_kinds SELECT k, n FROM old WHERE RAND() < 0.5", false)]
    [InlineData("INSERT INTO all_kinds SELECT k, COUNT(*) FROM (SELECT k, UUID() AS u FROM old) GROUP BY k", true)]
    [InlineData("INSERT INTO all_kinds SELECT k, n FROM old WHERE n > 0", true)]
    public void Old_values_that_come_out_different_are_refused(string sql, bool isFine)
    {
        foreach (string word in (string[])["try-resolve", "TRY_RESOLVE"])
        {
            var plan = PlannerFixture.Plan(Tables + $"SET 'table.optimizer.non-deterministic-update.strategy' = '{word}'; " + sql);
            Assert.Equal(!isFine, plan.Errors.Any(e => e.Code == 3013));
        }

        Assert.True(PlannerFixture.Plan(Tables + sql).IsSuccess);
    }

    /// <summary>What rows gave is kept by their key; the plan has one step that keeps it and refuses nothing.</summary>
    [Theory]
    [InlineData("INSERT INTO all_kinds SELECT k, CAST(RAND() * 10 AS BIGINT) FROM keyed")]
    [InlineData("INSERT INTO all_kinds SELECT k, n FROM keyed WHERE RAND() < 0.5")]
    [InlineData("INSERT INTO all_kinds SELECT k, CAST(RAND() * 10 AS BIGINT) FROM (SELECT k, COUNT(*) AS n FROM old GROUP BY k)")]
    [InlineData("INSERT INTO all_kinds SELECT u, COUNT(*) FROM (SELECT k, UUID() AS u FROM keyed) GROUP BY k, u")]
    public void Old_values_that_would_come_out_different_are_kept_by_key(string sql)
    {
        PhysicalNode[] plain = Nodes(sql);
        Assert.DoesNotContain(plain, node => node is ChangelogNormalizeNode);
        foreach (int parallelism in (int[])[1, 4])
        {
            PhysicalNode[] nodes = Nodes(
                $"SET 'parallelism.default' = '{parallelism}'; SET 'table.optimizer.non-deterministic-update.strategy' = 'TRY_RESOLVE'; " + sql);
            var kept = Assert.Single(nodes.OfType<ChangelogNormalizeNode>());
            Assert.StartsWith("remember-", kept.Uid, StringComparison.Ordinal);
            Assert.Equal(1, nodes.Count(node => node.Uid == kept.Uid));
        }

        string[] uids = [.. ((int[])[1, 4]).Select(parallelism => Nodes(
            $"SET 'parallelism.default' = '{parallelism}'; SET 'table.optimizer.non-deterministic-update.strategy' = 'TRY_RESOLVE'; " + sql)
            .OfType<ChangelogNormalizeNode>().Single().Uid)];
        Assert.Equal(uids[0], uids[1]);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("SET 'table.optimizer.reuse-sub-plan-enabled' = 'false';", 2)]
    public void Equal_steps_of_one_statement_run_once(string set, int count)
    {
        PhysicalNode[] nodes = Nodes(set + """
            INSERT INTO all_kinds
            WITH c AS (SELECT k, COUNT(*) AS n FROM t WHERE n > 3 GROUP BY k)
            SELECT k, n FROM c WHERE n > 1 UNION ALL SELECT k, n + 1 FROM c
            """);
        Assert.Single(nodes.OfType<SourceNode>());
        Assert.Equal(count, nodes.OfType<GroupAggregateNode>().Count());
        Assert.Equal(count, nodes.OfType<GroupAggregateNode>().Select(n => n.Uid).Distinct().Count());
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("SET 'table.optimizer.reuse-sub-plan-enabled' = 'false';", 2)]
    public void Equal_steps_of_a_statement_set_run_once(string set, int count)
    {
        PhysicalNode[] nodes = Nodes("CREATE VIEW v AS SELECT k, SUM(n) AS n FROM t WHERE n > 3 GROUP BY k;" + set + """
            EXECUTE STATEMENT SET BEGIN
            INSERT INTO all_kinds SELECT k, n FROM v;
            INSERT INTO other_kinds SELECT k, SUM(n) FROM t WHERE n > 3 GROUP BY k;
            END;
            """);
        Assert.Single(nodes.OfType<SourceNode>());
        Assert.Equal(2, nodes.OfType<SinkNode>().Count());
        Assert.Equal(count, nodes.OfType<GroupAggregateNode>().Count());
    }

    private static PhysicalNode[] Nodes(string sql) => [.. PlannerFixture.Jobs(Tables + sql)[0].Graph.Plan.Nodes];
}
