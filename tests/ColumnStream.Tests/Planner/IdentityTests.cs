using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using Xunit;

namespace ColumnStream.Tests.Planner;

/// <summary>Goal: state survives changes of a script that leave its rows alone. Method: uids before and after.</summary>
public sealed class IdentityTests
{
    private const string Tables = """
        CREATE TABLE t (k STRING, a INT, b BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'files');
        CREATE TABLE s (k STRING, n BIGINT) WITH ('connector' = 'files', 'takes' = 'retractions');
        CREATE TABLE s2 (k STRING, n BIGINT, m BIGINT) WITH ('connector' = 'files', 'takes' = 'retractions');
        """;

    private const string Base = "INSERT INTO s SELECT k, COUNT(*) FROM t WHERE a > 1 GROUP BY k;";

    [Theory]
    [InlineData("INSERT INTO s2 SELECT k, SUM(b), 1 FROM t GROUP BY k, a;")]
    [InlineData("INSERT INTO s2 SELECT k, b, b FROM t;")]
    [InlineData("INSERT INTO s SELECT k, MAX(b) FROM t WHERE a > 2 GROUP BY k;")]
    [InlineData("INSERT INTO s2 SELECT k, COUNT(*), MAX(b) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, k;")]
    public void A_neighbour_changes_no_uid(string neighbour) =>
        Assert.Superset(Keyed(Base).ToHashSet(), Keyed(Base + neighbour).ToHashSet());

    [Fact]
    public void Another_aggregate_leaves_the_uid_and_the_other_states()
    {
        GroupAggregateNode one = Aggregate("SELECT k, COUNT(*) FROM t GROUP BY k");
        GroupAggregateNode two = Aggregate("SELECT k, SUM(b), COUNT(*), MAX(a) FROM t GROUP BY k");
        Assert.Equal(one.Uid, two.Uid);
        Assert.Contains(one.Aggregates[0].StateId, two.Aggregates.Select(a => a.StateId));
        Assert.Equal(3, two.Aggregates.Select(a => a.StateId).Distinct().Count());
    }

    [Theory]
    [InlineData("SELECT k AS key, COUNT(*) AS n FROM t GROUP BY k")]
    [InlineData("SELECT COUNT(*), k FROM (SELECT b, k FROM t) AS x GROUP BY k")]
    [InlineData("SELECT k, COUNT(*) FROM t GROUP BY k ORDER BY 2 LIMIT 3")]
    [InlineData("WITH x AS (SELECT k, a + 1 AS c FROM t) SELECT k, COUNT(*), SUM(c) FROM x GROUP BY k HAVING COUNT(*) > 1")]
    public void Columns_names_and_what_follows_take_no_part(string sql) =>
        Assert.Equal(Aggregate("SELECT k, COUNT(*) FROM t GROUP BY k").Uid, Aggregate(sql).Uid);

    [Fact]
    public void A_new_column_of_the_table_takes_no_part()
    {
        const string Wide = "CREATE TABLE t (z INT, k STRING, y INT, a INT, b BIGINT) WITH ('connector' = 'files');";
        const string Sql = "SELECT k, COUNT(*), SUM(b) FROM t WHERE a > 1 GROUP BY k";
        GroupAggregateNode before = Aggregate(Sql);
        GroupAggregateNode after = PlannerFixture.Jobs(Wide + Sql)[0].Graph.Plan.Nodes.OfType<GroupAggregateNode>().Single();
        Assert.Equal(before.Uid, after.Uid);
        Assert.Equal(before.Aggregates.Select(a => a.StateId), after.Aggregates.Select(a => a.StateId));
    }

    [Theory]
    [InlineData("SELECT k, COUNT(*) FROM t WHERE a > 1 GROUP BY k")]
    [InlineData("SELECT k, a, COUNT(*) FROM t GROUP BY k, a")]
    [InlineData("SELECT UPPER(k), COUNT(*) FROM t GROUP BY UPPER(k)")]
    public void Other_rows_or_keys_are_another_state(string sql) =>
        Assert.NotEqual(Aggregate("SELECT k, COUNT(*) FROM t GROUP BY k").Uid, Aggregate(sql).Uid);

    [Fact]
    public void Uids_of_a_job_are_unique()
    {
        PhysicalNode[] nodes = [.. PlannerFixture.Jobs(Tables + Base + Base + "INSERT INTO s SELECT k, SUM(b) FROM t WHERE a > 1 GROUP BY k")[0].Graph.Plan.Nodes];
        Assert.Equal(nodes.Length, nodes.Select(n => n.Uid).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void The_same_script_gives_the_same_plan() => Assert.Equal(
        PlannerFixture.Jobs(Tables + Base)[0].Graph, PlannerFixture.Jobs(Tables + Base)[0].Graph);

    [Fact]
    public void A_uid_is_what_it_was_in_the_last_version() =>
        Assert.Equal("aggregate-ef27c3ff12d29912", Aggregate("SELECT k, COUNT(*) FROM t GROUP BY k").Uid);

    private static IEnumerable<string> Keyed(string sql) => PlannerFixture.Jobs(Tables + sql)[0].Graph.Plan.Nodes
        .Where(n => n is GroupAggregateNode or WindowAggregateNode or SourceNode or WatermarkNode or SinkNode)
        .Select(n => n.Uid);

    private static GroupAggregateNode Aggregate(string sql) =>
        PlannerFixture.Jobs(Tables + sql)[0].Graph.Plan.Nodes.OfType<GroupAggregateNode>().Single();
}
