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
        CREATE TABLE ups (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'files', 'gives' = 'upserts');
        CREATE TABLE keyless (k STRING, n BIGINT) WITH ('connector' = 'files', 'gives' = 'upserts');
        CREATE TABLE wide (k STRING, n BIGINT, PRIMARY KEY (k, n) NOT ENFORCED) WITH ('connector' = 'files', 'takes' = 'upserts');
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
        PhysicalNode[] nodes = Nodes("CREATE VIEW v AS SELECT k, COUNT(*) AS c FROM t GROUP BY k; " + Sql);
        GroupAggregateNode aggregate = Assert.Single(nodes.OfType<GroupAggregateNode>());
        Assert.Equal(ChangelogMode.Retract, aggregate.Changelog);
        Assert.Equal(ChangelogMode.Upsert, Assert.Single(nodes.OfType<UpsertChangesNode>()).Changelog);
        Assert.Empty(nodes.OfType<UpsertMaterializeNode>());
    }

    [Theory]
    [InlineData("", "SELECT k, SUM(n) FROM t GROUP BY k", "")]
    [InlineData("", "SELECT k, n FROM t", "")]
    [InlineData("", "SELECT k, n FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k) WHERE n > 1", "changes")]
    [InlineData("", "SELECT MAX(k), n FROM t GROUP BY n", "materialize")]
    [InlineData("", "SELECT k, COUNT(*) FROM t GROUP BY k, n", "materialize")]
    [InlineData("", "SELECT k, n FROM old UNION ALL SELECT k, n FROM t", "materialize")]
    [InlineData("SET 'table.exec.sink.upsert-materialize' = 'none';", "SELECT MAX(k), n FROM t GROUP BY n", "changes")]
    [InlineData("SET 'table.exec.sink.upsert-materialize' = 'force';", "SELECT k, SUM(n) FROM t GROUP BY k", "materialize")]
    [InlineData("SET 'table.exec.sink.upsert-materialize' = 'force';", "SELECT k, n FROM t", "materialize")]
    public void A_sink_by_key_gets_what_its_key_asks_for(string set, string sql, string expected)
    {
        PhysicalNode[] nodes = Nodes($"{set}INSERT INTO upserts {sql}");
        Assert.Equal(expected == "materialize", nodes.Any(n => n is UpsertMaterializeNode));
        Assert.Equal(expected == "changes", nodes.Any(n => n is UpsertChangesNode));
        Assert.NotEqual(ChangelogMode.Retract, nodes[^1].Changelog);
    }

    [Fact]
    public void A_key_inside_the_table_s_key_deletes_what_moved()
    {
        PhysicalNode[] nodes = Nodes("INSERT INTO wide SELECT k, MAX(n) FROM t GROUP BY k");
        Assert.Empty(nodes.OfType<UpsertMaterializeNode>());
        Assert.Single(nodes.OfType<UpsertChangesNode>());
        Assert.Equal(ChangelogMode.Retract, Assert.Single(nodes.OfType<GroupAggregateNode>()).Changelog);
    }

    [Theory]
    [InlineData("INSERT INTO upserts SELECT k, n FROM ups", 0)]
    [InlineData("INSERT INTO upserts SELECT k, n FROM ups WHERE k <> 'x'", 0)]
    [InlineData("INSERT INTO upserts SELECT k, n FROM ups WHERE n > 1", 1)]
    [InlineData("INSERT INTO all_kinds SELECT k, n FROM ups", 1)]
    [InlineData("INSERT INTO all_kinds SELECT 'all', SUM(n) FROM ups", 1)]
    [InlineData("INSERT INTO upserts SELECT k, n FROM old", 0)]
    [InlineData("SET 'table.exec.source.cdc-events-duplicate' = 'true'; INSERT INTO all_kinds SELECT k, n FROM old", 1)]
    [InlineData("SET 'table.exec.source.cdc-events-duplicate' = 'true'; INSERT INTO appends SELECT k, n FROM t", 0)]
    public void Upserts_are_normalised_where_old_images_are_needed(string sql, int count)
    {
        PhysicalNode[] nodes = Nodes(sql);
        Assert.Equal(count, nodes.OfType<ChangelogNormalizeNode>().Count());
    }

    [Fact]
    public void A_source_of_upserts_without_a_key_is_refused_where_old_images_are_needed() =>
        Assert.Contains(
            PlannerFixture.Plan(Tables + "INSERT INTO all_kinds SELECT k, n FROM keyless").Errors, e => e.Code == 3009);

    [Fact]
    public void Rows_go_to_a_sink_by_its_key_where_the_option_says_so() =>
        Assert.Contains(
            Nodes("SET 'parallelism.default' = '4'; SET 'table.exec.sink.keyed-shuffle' = 'force'; INSERT INTO upserts SELECT k, n FROM t"),
            n => n is ExchangeNode { Partitioning: Partitioning.Hash });

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
