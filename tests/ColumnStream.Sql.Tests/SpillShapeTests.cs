using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Planner;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Testing.SqlFiles;
using Xunit;

namespace ColumnStream.Sql.Tests;

// Goal: every shape of keyed state that is ten times the memory goes to disk and gives the answer of its definition, also when the
// job is killed in the middle and restored with state on disk (COLUMNSTREAM_SPILL_SHAPES=all runs
// jobs that live, and sessions, too). Method: rows whose columns follow from their number, so that a few
// lines of LINQ over numbers know the answer; a limit of a tenth of the state; what was on disk is read from the job's counters.
// It fails where a structure stays in memory (6001), where what comes back is not what went, or where a restore forgets what was on disk.
public sealed class SpillShapeTests
{
    private const int Rows = 15_000;
    private const int Keys = 3_001;
    private const long LimitBytes = 6 << 20;

    /// <summary>Text of 4,000 bytes a row: 60 MB, ten times the limit; joins keep half of the rows a side.</summary>
    private const string Tables = """
        CREATE TABLE t (a BIGINT, ts AS TO_TIMESTAMP_LTZ(a * 10, 3), WATERMARK FOR ts AS ts - INTERVAL '20' MINUTE)
            WITH ('connector' = 'datagen', 'fields.a.kind' = 'sequence', 'fields.a.start' = '0', 'fields.a.end' = '14999',
            'rows-per-second' = '100000000');
        CREATE TABLE u (a BIGINT, ts AS TO_TIMESTAMP_LTZ(a * 10, 3), WATERMARK FOR ts AS ts - INTERVAL '20' MINUTE)
            WITH ('connector' = 'datagen', 'fields.a.kind' = 'sequence', 'fields.a.start' = '0', 'fields.a.end' = '14999',
            'rows-per-second' = '100000000');
        CREATE VIEW v AS SELECT a, MOD(a * 7919, 3001) AS k, REPEAT(CAST(a + 10000 AS STRING), 800) AS s, ts FROM t;
        CREATE VIEW h AS SELECT * FROM v WHERE a < 7500;
        CREATE VIEW w AS SELECT a, MOD(a * 7907, 3001) AS k, REPEAT(CAST(a + 20000 AS STRING), 800) AS s, ts FROM u WHERE a < 7500;

        """;

    private static readonly (long A, long K, long Other)[] Numbers =
        [.. Enumerable.Range(0, Rows).Select(a => ((long)a, a * 7919L % Keys, a * 7907L % Keys))];

    public static TheoryData<string, bool> Shapes()
    {
        var data = new TheoryData<string, bool>();
        foreach (string shape in (string[])
            ["window", "hop", "over", "interval join", "join", "left join", "top", "last", "session", "window join", "long text"])
        {
            bool all = Environment.GetEnvironmentVariable("COLUMNSTREAM_SPILL_SHAPES") == "all";
            if (all)
            {
                data.Add(shape, false);
            }

            // Sessions look at their text for each row: the dearest by far.
            if (all || shape != "session")
            {
                data.Add(shape, true);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void State_ten_times_the_memory_gives_the_same_answer(string shape, bool isKilled)
    {
        (string sql, string expected) = Of(shape);
        SltLeg leg = SltLeg.All[0] with { BatchRows = shape == "long text" ? 4 : 32, Lives = isKilled ? [1] : [] };
        using var session = new TestSession(leg);
        PlanResult plan = session.Plan(Tables + sql);
        Assert.True(plan.IsSuccess, TestSession.Errors(plan));
        PlannedJob job = plan.Statements.OfType<PlannedJob>().Single();
        long onDisk = 0;
        bool Watch(JobMetrics metrics)
        {
            onDisk = Math.Max(onDisk, metrics.Nodes.Sum(n => n.StateSpilledBytes));
            return onDisk > LimitBytes;
        }

        TestJob running = session.Start(job, "shape", memoryLimitBytes: LimitBytes, killWhen: isKilled ? Watch : null);
        Assert.True(running.RunUntil(() => Watch(running.Metrics) && false, 240_000));
        Assert.True(running.Status == JobStatus.Finished, $"{running.Failure}");
        Assert.True(running.Wait(240_000));
        Assert.True(onDisk > 2 * LimitBytes, $"{onDisk} bytes on disk");
        Assert.True(!isKilled || ((InterruptedJob)running).Interruptions == 1, "not killed in the middle");
        Assert.Equal([expected], session.Result.Standing(job.Query!.Key));
    }

    private static (string Sql, string Expected) Of(string shape)
    {
        long Text(int rows) => rows * 4000L;
        string Row(params long[] values) => string.Join("\t", values.Select(v => v.ToString(CultureInfo.InvariantCulture)));
        IEnumerable<IGrouping<long, (long A, long K, long Other)>> groups = Numbers.GroupBy(n => n.K);
        ILookup<long, long> right = Numbers.Take(Rows / 2).ToLookup(n => n.Other, n => n.A);
        var pairs = Numbers.Take(Rows / 2).SelectMany(n => right[n.K].Select(b => (n.A, B: b)));
        switch (shape)
        {
            case "window":
                return (
                    """
                    SELECT COUNT(*), SUM(n), SUM(CHAR_LENGTH(m)) FROM (SELECT k, COUNT(*) AS n, MAX(s) AS m
                        FROM TABLE(TUMBLE(TABLE v, DESCRIPTOR(ts), INTERVAL '30' SECOND)) GROUP BY window_start, window_end, k);
                    """,
                    Windows(groups: Numbers.GroupBy(n => (n.A / 3000, n.K)).Count(), rows: Rows));
            case "hop":
                int hops = Numbers.SelectMany(n => Enumerable.Range(0, 2).Select(i => ((n.A / 1500) + i, n.K))).Distinct().Count();
                return (
                    """
                    SELECT COUNT(*), SUM(n), SUM(CHAR_LENGTH(m)) FROM (SELECT k, COUNT(*) AS n, MAX(s) AS m
                        FROM TABLE(HOP(TABLE v, DESCRIPTOR(ts), INTERVAL '15' SECOND, INTERVAL '30' SECOND))
                        GROUP BY window_start, window_end, k);
                    """,
                    Windows(hops, 2 * Rows));
            case "over":
                return (
                    """
                    SELECT COUNT(*), SUM(CHAR_LENGTH(l)), SUM(n) FROM (SELECT LAG(s) OVER (PARTITION BY k ORDER BY ts) AS l,
                        COUNT(*) OVER (PARTITION BY k ORDER BY ts ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS n FROM v);
                    """,
                    Row(Rows, groups.Sum(g => Text(g.Count() - 1)), groups.Sum(g => g.Select((_, i) => Math.Min(i + 1, 3)).Sum())));
            case "interval join":
                var near = pairs.Where(p => Math.Abs(p.A - p.B) <= 6000).ToList();
                return (
                    """
                    SELECT COUNT(*), SUM(CHAR_LENGTH(h.s) + CHAR_LENGTH(w.s)), SUM(h.a + w.a) FROM h, w
                        WHERE h.k = w.k AND h.ts BETWEEN w.ts - INTERVAL '1' MINUTE AND w.ts + INTERVAL '1' MINUTE;
                    """,
                    Row(near.Count, 2 * Text(near.Count), near.Sum(p => p.A + p.B)));
            case "join" or "left join":
                var all = pairs.ToList();
                Assert.All(Numbers, n => Assert.True(right.Contains(n.K)));
                return (
                    $"SELECT COUNT(*), SUM(CHAR_LENGTH(h.s) + CHAR_LENGTH(w.s)), SUM(h.a + w.a) FROM h {shape.ToUpperInvariant()} w ON h.k = w.k;",
                    Row(all.Count, 2 * Text(all.Count), all.Sum(p => p.A + p.B)));
            case "top":
                var top = groups.SelectMany(g => g.OrderByDescending(n => n.A).Take(3)).ToList();
                return (
                    """
                    SELECT COUNT(*), SUM(CHAR_LENGTH(s)), SUM(a) FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY s DESC) AS r
                        FROM v) WHERE r <= 3;
                    """,
                    Row(top.Count, Text(top.Count), top.Sum(n => n.A)));
            case "last":
                var last = groups.Select(g => g.MaxBy(n => n.A)).ToList();
                return (
                    """
                    SELECT COUNT(*), SUM(CHAR_LENGTH(s)), SUM(a) FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) AS r
                        FROM v) WHERE r = 1;
                    """,
                    Row(last.Count, Text(last.Count), last.Sum(n => n.A)));
            case "session":
                return (
                    """
                    SELECT COUNT(*), SUM(n), SUM(CHAR_LENGTH(m)) FROM (SELECT k, COUNT(*) AS n, MAX(s) AS m
                        FROM TABLE(SESSION(TABLE v PARTITION BY k, DESCRIPTOR(ts), INTERVAL '40' SECOND))
                        GROUP BY window_start, window_end, k);
                    """,
                    Windows(groups.Count(), Rows));
            case "window join":
                var same = pairs.Where(p => p.A / 100 == p.B / 100).ToList();
                return (
                    """
                    SELECT COUNT(*), SUM(CHAR_LENGTH(l.s) + CHAR_LENGTH(r.s)), SUM(l.a + r.a)
                        FROM (SELECT * FROM TABLE(TUMBLE(TABLE h, DESCRIPTOR(ts), INTERVAL '1' SECOND))) AS l
                        JOIN (SELECT * FROM TABLE(TUMBLE(TABLE w, DESCRIPTOR(ts), INTERVAL '1' SECOND))) AS r
                        ON l.k = r.k AND l.window_start = r.window_start AND l.window_end = r.window_end;
                    """,
                    Row(same.Count, 2 * Text(same.Count), same.Sum(p => p.A + p.B)));
            default:
                return (
                    """
                    SELECT COUNT(*), SUM(CHAR_LENGTH(m)) FROM (SELECT MOD(a, 800) AS k, MAX(REPEAT(CAST(a + 10000 AS STRING), 16000)) AS m
                        FROM (SELECT a FROM t WHERE a < 2400) GROUP BY MOD(a, 800));
                    """,
                    Row(800, 800 * 80_000));
        }

        string Windows(int groups, int rows) => Row(groups, rows, Text(groups));
    }
}
