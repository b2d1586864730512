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
    [InlineData("SELECT k, COUNT(*) FROM t GROUP BY k", true)]
    [InlineData("SELECT k, MAX(n) FROM t GROUP BY k", true)]
    [InlineData("SELECT k, COUNT(DISTINCT n) FROM t GROUP BY k", false)]
    [InlineData("SELECT k, COUNT(DISTINCT n) FROM ended GROUP BY k", true)]
    [InlineData("SELECT LISTAGG(k), COUNT(*) FROM t", false)]
    [InlineData("SELECT k, MAX(n) FROM keyed GROUP BY k", false)]
    [InlineData("SELECT k, COUNT(DISTINCT n) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY k, window_start, window_end", true)]
    [InlineData("SELECT t.k, e.n FROM t JOIN ended AS e ON t.k = e.k", false)]
    [InlineData("SELECT a.k, b.n FROM keyed AS a JOIN keyed AS b ON a.k = b.k", true)]
    [InlineData("SELECT k, n FROM t WHERE k IN (SELECT k FROM t WHERE n > 1)", false)]
    public void State_that_nothing_bounds_is_refused(string sql, bool isBounded)
    {
        string insert = $"INSERT INTO all_kinds {sql}";
        Assert.Equal(
            !isBounded, PlannerFixture.Plan(Tables + "SET 'table.exec.state.unbounded' = 'error'; " + insert).Errors.Any(e => e.Code == 3012));
        Assert.Equal(
            !isBounded, PlannerFixture.Plan(Tables + "SET 'table.exec.state.unbounded' = 'warn'; " + insert).Warnings.Any(e => e.Code == 3012));
        Assert.True(PlannerFixture.Plan(Tables + insert).IsSuccess);
    }

    [Fact]
    public void A_time_to_live_bounds_groups() => Assert.True(PlannerFixture.Plan(
        Tables + "SET 'table.exec.state.unbounded' = 'error'; SET 'table.exec.state.ttl' = '1 d';"
        + "INSERT INTO all_kinds SELECT k, COUNT(DISTINCT n) FROM t GROUP BY k").IsSuccess);

    [Theory]
    [InlineData("SELECT DISTINCT k, n FROM t")]
    [InlineData("SELECT k, n FROM keyed WHERE k IN (SELECT k FROM t GROUP BY k)")]
    [InlineData("SELECT k, n FROM t EXCEPT SELECT k, n FROM ended")]
    [InlineData("SELECT k, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY n DESC) AS r FROM t) WHERE r = 1")]
    [InlineData("SELECT t.k, b.n FROM t LEFT JOIN keyed AS b ON t.k = b.k")]
    public void The_job_s_time_to_live_reaches_every_kept_row(string sql) => Assert.True(PlannerFixture.Plan(
        Tables + "SET 'table.exec.state.unbounded' = 'error'; SET 'table.exec.state.ttl' = '1 h';"
        + $"EXPLAIN INSERT INTO all_kinds {sql}").Statements.OfType<ColumnStream.Planner.Statements.PlannedListing>().Last()
        .Rows[0][0].Contains(": bounded by time to live", StringComparison.Ordinal));

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
