using System.Linq;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using Xunit;

namespace ColumnStream.Tests.Planner;

/// <summary>Goal: each edge carries the least that serves its consumers. Method: a table of queries and modes.</summary>
public sealed class ChangelogInferenceTests
{
    private const string Tables = """
        CREATE TABLE t (k STRING, n BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'files');
        CREATE TABLE old (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'files', 'gives' = 'retractions');
        CREATE TABLE appends (k STRING, n BIGINT) WITH ('connector' = 'files');
        CREATE TABLE upserts (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'files', 'takes' = 'upserts');
        CREATE TABLE all_kinds (k STRING, n BIGINT) WITH ('connector' = 'files', 'takes' = 'retractions');
        """;

    [Theory]
    [InlineData("appends", "SELECT k, n FROM t WHERE n > 1", "I")]
    [InlineData("appends", "SELECT DISTINCT k, n FROM t", "I")]
    [InlineData("appends", "SELECT k, COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, k", "I")]
    [InlineData("upserts", "SELECT k, n FROM t", "I")]
    [InlineData("upserts", "SELECT k, COUNT(*) FROM t GROUP BY k", "U")]
    [InlineData("upserts", "SELECT k, n + 1 FROM (SELECT COUNT(*) AS n, k FROM t GROUP BY k)", "U")]
    [InlineData("upserts", "SELECT k, COUNT(*) FROM t GROUP BY k HAVING k <> 'x'", "U")]
    [InlineData("upserts", "SELECT k, COUNT(*) FROM old GROUP BY k", "U")]
    [InlineData("all_kinds", "SELECT k, COUNT(*) FROM t GROUP BY k", "R")]
    [InlineData("all_kinds", "SELECT k, COUNT(*) FROM t GROUP BY k HAVING COUNT(*) > 1", "R")]
    [InlineData("all_kinds", "SELECT k, n FROM t UNION ALL SELECT k, COUNT(*) FROM t GROUP BY k", "R")]
    [InlineData("appends", "SELECT k, COUNT(*) FROM t GROUP BY k ORDER BY 2", "I")]
    [InlineData("appends", "SELECT k, COUNT(*) FROM t GROUP BY k LIMIT 3", "I")]
    public void A_sink_gets_the_least_that_it_takes(string table, string sql, string mode)
    {
        PhysicalNode[] nodes = Nodes($"INSERT INTO {table} {sql}");
        Assert.Equal(mode, Letter(nodes[^1].Changelog));
    }

    [Fact]
    public void An_aggregate_over_an_aggregate_needs_old_images()
    {
        GroupAggregateNode[] nodes = [.. Nodes(
            "INSERT INTO all_kinds SELECT 'x', COUNT(*) FROM (SELECT k, COUNT(*) AS c FROM t GROUP BY k) GROUP BY c")
            .OfType<GroupAggregateNode>()];
        Assert.Equal(ChangelogMode.Retract, nodes[0].Changelog);
        Assert.True(nodes[0].InsertOnlyInput);
        Assert.False(nodes[1].InsertOnlyInput);
    }

    [Fact]
    public void One_consumer_that_needs_old_images_is_enough()
    {
        const string Sql = "INSERT INTO upserts SELECT k, c FROM v; INSERT INTO all_kinds SELECT k, c FROM v";
        PhysicalNode[] nodes = Nodes("CREATE VIEW v AS SELECT k, COUNT(*) AS c FROM t GROUP BY k; " + Sql, isWrong: true);
        Assert.Empty(nodes);
    }

    [Fact]
    public void Batch_mode_has_inserts_only()
    {
        PhysicalNode[] nodes = Nodes(
            "SET 'execution.runtime-mode' = 'batch'; INSERT INTO appends SELECT k, COUNT(*) FROM t GROUP BY k");
        Assert.All(nodes, node => Assert.Equal(ChangelogMode.InsertOnly, node.Changelog));
        Assert.DoesNotContain(nodes, node => node is WatermarkNode);
    }

    private static PhysicalNode[] Nodes(string sql, bool isWrong = false) =>
        isWrong && !PlannerFixture.Plan(Tables + sql).IsSuccess
            ? [] : [.. PlannerFixture.Jobs(Tables + sql)[0].Graph.Plan.Nodes];

    private static string Letter(ChangelogMode mode) => mode switch
    {
        ChangelogMode.InsertOnly => "I",
        ChangelogMode.Upsert => "U",
        _ => "R",
    };
}
