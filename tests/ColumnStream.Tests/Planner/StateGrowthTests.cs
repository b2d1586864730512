using System;
using System.Linq;
using System.Reflection;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Changelogs;
using ColumnStream.Planner.Statements;
using Xunit;

namespace ColumnStream.Tests.Planner;

/// <summary>
/// Goal: every kind of node that keeps something says what bounds it, EXPLAIN prints it, and what nothing bounds is refused by
/// option, unless a time to live is set. Method: a query a kind over endless tables, its line worked out by hand; all kinds listed.
/// </summary>
public sealed class StateGrowthTests
{
    private const string Tables = """
        CREATE TABLE t (k STRING, n BIGINT, ts TIMESTAMP(3), p AS PROCTIME(), WATERMARK FOR ts AS ts)
            WITH ('connector' = 'files', 'bounded' = 'false');
        CREATE TABLE ended (k STRING, n BIGINT) WITH ('connector' = 'files');
        CREATE TABLE keyed (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED)
            WITH ('connector' = 'files', 'bounded' = 'false', 'gives' = 'retractions');
        CREATE TABLE by_upserts (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED)
            WITH ('connector' = 'files', 'bounded' = 'false', 'gives' = 'upserts');
        CREATE TABLE versions (k STRING, n BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts, PRIMARY KEY (k) NOT ENFORCED)
            WITH ('connector' = 'files', 'bounded' = 'false', 'gives' = 'upserts');
        CREATE TABLE all_kinds (k STRING, n BIGINT) WITH ('connector' = 'files', 'takes' = 'retractions');
        CREATE TABLE by_k (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'files', 'takes' = 'upserts');

        """;

    private const string Watermark = "bounded by watermark";
    private const string Clock = "bounded by processing time";
    private const string Keys = "bounded by the number of keys";
    private const string Nothing = "unbounded";

    [Fact]
    public void Every_kind_of_node_has_a_prediction()
    {
        Type[] kinds = [.. typeof(PhysicalNode).Assembly.GetTypes().Where(t => t.GetCustomAttribute<PlanNodeAttribute>() is not null)];
        Assert.True(kinds.Length >= 33, $"{kinds.Length} kinds");
        Assert.Equal("", string.Join(", ", kinds.Where(kind => !GrowthPrediction.Knows(kind)).Select(kind => kind.Name)));
    }

    /// <summary>The last column is what a time to live makes of it.</summary>
    [Theory]
    [InlineData("group aggregate", "SELECT k, COUNT(*) FROM t GROUP BY k", Keys, true)]
    [InlineData("group aggregate", "SELECT k, COUNT(DISTINCT n) FROM t GROUP BY k", Nothing, true)]
    [InlineData("left join", "SELECT t.k, e.n FROM t LEFT JOIN ended AS e ON t.k = e.k", Nothing, true)]
    [InlineData("inner join", "SELECT a.k, b.n FROM keyed AS a JOIN keyed AS b ON a.k = b.k", Keys, true)]
    [InlineData("semi join", "SELECT k, n FROM t WHERE k IN (SELECT k FROM t WHERE n > 1)", Nothing, true)]
    [InlineData("anti join", "SELECT k, n FROM keyed WHERE k NOT IN (SELECT k FROM t)", Keys, true)]
    [InlineData("mark join", "SELECT k, CASE WHEN k IN (SELECT k FROM t) THEN 1 ELSE 0 END FROM t", Nothing, true)]
    [InlineData("scalar join", "SELECT k, n + (SELECT MAX(n) FROM t) FROM t", Nothing, true)]
    [InlineData("scalar join", "SELECT k, n + (SELECT MAX(n) FROM t) FROM keyed", Keys, true)]
    [InlineData("except", "SELECT k, n FROM t EXCEPT SELECT k, n FROM ended", Nothing, true)]
    [InlineData("inner interval join",
        "SELECT a.k, b.n FROM t AS a JOIN t AS b ON a.k = b.k AND a.ts BETWEEN b.ts - INTERVAL '1' HOUR AND b.ts", Watermark, false)]
    [InlineData("inner interval join",
        "SELECT a.k, b.n FROM t AS a JOIN t AS b ON a.k = b.k AND a.p BETWEEN b.p - INTERVAL '1' HOUR AND b.p", Clock, false)]
    [InlineData("inner window join",
        "SELECT a.k, b.n FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)) AS a"
        + " JOIN TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)) AS b"
        + " ON a.k = b.k AND a.window_start = b.window_start AND a.window_end = b.window_end", Watermark, false)]
    [InlineData("inner temporal join",
        "SELECT a.k, b.n FROM t AS a JOIN versions FOR SYSTEM_TIME AS OF a.ts AS b ON a.k = b.k", Keys, true)]
    [InlineData("window aggregate tumble",
        "SELECT k, COUNT(DISTINCT n) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY k, window_start, window_end",
        Watermark, false)]
    [InlineData("window aggregate tumble",
        "SELECT k, COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(p), INTERVAL '1' HOUR)) GROUP BY k, window_start, window_end",
        Clock, false)]
    [InlineData("window aggregate session",
        "SELECT k, COUNT(*) FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' HOUR))"
        + " GROUP BY k, window_start, window_end", Watermark, false)]
    [InlineData("window assign session",
        "SELECT k, n FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' HOUR))", Watermark, false)]
    [InlineData("over",
        "SELECT k, SUM(n) OVER (PARTITION BY k ORDER BY ts RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW) FROM t",
        Watermark, false)]
    [InlineData("over",
        "SELECT k, SUM(n) OVER (PARTITION BY k ORDER BY p RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW) FROM t",
        Clock, false)]
    [InlineData("over", "SELECT k, SUM(n) OVER (PARTITION BY k ORDER BY ts) FROM t", Keys, null)]
    [InlineData("over",
        "SELECT k, SUM(n) OVER (PARTITION BY k ORDER BY ts ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM t", Keys, null)]
    [InlineData("sort in time", "SELECT k, n FROM t ORDER BY ts", Watermark, false)]
    [InlineData("row_number",
        "SELECT k, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY n DESC) AS r FROM t) WHERE r = 1", Keys, true)]
    [InlineData("row_number",
        "SELECT k, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY n DESC) AS r FROM t) WHERE r <= 3", Keys, null)]
    [InlineData("normalize by", "SELECT k, n FROM by_upserts", Keys, true)]
    public void A_node_says_what_bounds_its_state(string node, string sql, string growth, bool? hasTtl)
    {
        string insert = $"EXPLAIN INSERT INTO all_kinds {sql}";
        Assert.Equal(growth, Line(Tables + insert, node));
        Refuses(sql, growth == Nothing);
        string bounded = Line(Tables + "SET 'table.exec.state.ttl' = '1 h'; " + insert, node);
        if (hasTtl is { } expected)
        {
            Assert.Equal(expected ? "bounded by time to live" : growth, bounded);
        }
    }

    [Fact]
    public void A_materialiser_says_what_bounds_its_state()
    {
        const string Sql = "INSERT INTO by_k SELECT CAST(c AS STRING), c FROM (SELECT n, COUNT(*) AS c FROM keyed GROUP BY n)";
        Assert.Equal(Nothing, Line(Tables + "EXPLAIN " + Sql, "materialize"));
        Assert.Equal(
            "bounded by time to live", Line(Tables + "SET 'table.exec.state.ttl' = '1 h'; EXPLAIN " + Sql, "materialize"));
    }

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
    public void State_that_nothing_bounds_is_refused(string sql, bool isBounded) => Refuses(sql, !isBounded);

    private static void Refuses(string sql, bool isUnbounded)
    {
        string insert = $"INSERT INTO all_kinds {sql}";
        Assert.Equal(
            isUnbounded, PlannerFixture.Plan(Tables + "SET 'table.exec.state.unbounded' = 'error'; " + insert).Errors.Any(e => e.Code == 3012));
        Assert.Equal(
            isUnbounded, PlannerFixture.Plan(Tables + "SET 'table.exec.state.unbounded' = 'warn'; " + insert).Warnings.Any(e => e.Code == 3012));
        Assert.True(PlannerFixture.Plan(Tables + insert).IsSuccess);
    }

    /// <summary>Returns what the state section says of the first node whose description begins so.</summary>
    private static string Line(string sql, string node)
    {
        var plan = PlannerFixture.Plan(sql);
        Assert.True(plan.IsSuccess, PlannerFixture.Errors(plan));
        string[] lines = plan.Statements.OfType<PlannedListing>().Last().Rows[0][0].Split('\n');
        string id = lines.SkipWhile(l => l != "== Physical plan ==")
            .First(l => l.Split(": ", 2) is [_, var what] && what.StartsWith(node, StringComparison.Ordinal)).Split(':')[0];
        return lines.SkipWhile(l => l != "== State ==").FirstOrDefault(l => l.StartsWith($"{id}: ", StringComparison.Ordinal))?[(id.Length + 2)..]
            ?? "nothing";
    }
}
