using System;
using System.Collections.Generic;
using System.Linq;
using Row = ColumnStream.Testing.Simulation.Shapes.ShapeData.Row;

namespace ColumnStream.Testing.Simulation.Shapes;

/// <summary>Lists the jobs that histories play, each with an answer computed from what its sources gave, row by row.</summary>
/// <remarks>
/// Where the answer does not depend on time it is known at every epoch, so that sinks are compared at each one; answers of
/// windows are known at the end.
/// </remarks>
public static class JobShapes
{
    private const string T = "CREATE TABLE t (" + ShapeData.Columns + ") WITH ('connector' = 'memory');\n";
    private const string U = "CREATE TABLE u (" + ShapeData.Columns + ") WITH ('connector' = 'memory');\n";
    private const string Second = "TIMESTAMPDIFF(SECOND, TIMESTAMP '2026-01-01 00:00:00', ";

    private static readonly (string Name, Func<Random, Workload> Make)[] s_shapes =
    [
        ("fold", static random => new FoldWorkload(random)),
        ("stateless, two sinks", static random => OfOne(
            "stateless, two sinks", Sinks("a (id BIGINT, k BIGINT, w BIGINT)", "b (id BIGINT, v BIGINT)")
            + "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT id, k, v * 2 + 1 FROM t WHERE v > 0; "
            + "INSERT INTO b SELECT id, v FROM t WHERE k < 3 OR v < 5; END;",
            random, decidedByTime: false,
            ("a", static rows => rows.Where(r => r.V > 0).Select(r => Text(r.Id, r.K, (r.V * 2) + 1))),
            ("b", static rows => rows.Where(r => r.K < 3 || r.V < 5).Select(r => Text(r.Id, r.V))))),
        ("keyed, two sinks", static random => OfOne(
            "keyed, two sinks",
            Sinks("a (k BIGINT, c BIGINT, s BIGINT, lo BIGINT, hi BIGINT)", "b (v BIGINT, c BIGINT, d BIGINT)")
            + "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT k, COUNT(*), SUM(v), MIN(v), MAX(v) FROM t GROUP BY k; "
            + "INSERT INTO b SELECT v, COUNT(*), COUNT(DISTINCT k) FROM t GROUP BY v HAVING COUNT(*) > 1; END;",
            random, decidedByTime: false,
            ("a", static rows => rows.GroupBy(r => r.K)
                .Select(g => Text(g.Key, g.Count(), g.Sum(r => r.V), g.Min(r => r.V), g.Max(r => r.V)))),
            ("b", static rows => rows.GroupBy(r => r.V).Where(g => g.Count() > 1)
                .Select(g => Text(g.Key, g.Count(), g.Select(r => r.K).Distinct().Count()))))),
        ("windows, two sinks", static random => OfOne(
            "windows, two sinks", Sinks("a (k BIGINT, w BIGINT, c BIGINT, s BIGINT)", "b (w BIGINT, hi BIGINT)")
            + "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT k, " + Second + "window_start), COUNT(*), SUM(v) "
            + "FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY k, window_start, window_end; "
            + "INSERT INTO b SELECT " + Second + "window_start), MAX(v) "
            + "FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '6' SECOND)) GROUP BY window_start, window_end; END;",
            random, decidedByTime: true,
            ("a", static rows => rows.GroupBy(r => (r.K, W: r.Ms / 5000))
                .Select(g => Text(g.Key.K, g.Key.W * 5, g.Count(), g.Sum(r => r.V)))),
            ("b", static rows => rows.SelectMany(r => Enumerable.Range(0, 3), (r, i) => (r, W: (Floor(r.Ms, 2000) / 1000) - (2 * i)))
                .GroupBy(x => x.W).Select(g => Text(g.Key, g.Max(x => x.r.V)))))),
        ("sessions", static random => OfOne(
            "sessions", Sinks("a (k BIGINT, c BIGINT, s BIGINT, e BIGINT)")
            + "INSERT INTO a SELECT k, COUNT(*), SUM(v), " + Second + "window_end) "
            + "FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '3' SECOND)) GROUP BY k, window_start, window_end;",
            random, decidedByTime: true, ("a", Sessions))),
        ("join", static random => OfTwo(
            "join", Sinks("a (id BIGINT, k BIGINT, v BIGINT, w BIGINT)")
            + "INSERT INTO a SELECT t.id, t.k, t.v, u.v FROM t LEFT JOIN u ON t.k = u.k AND u.v > 20;",
            random, decidedByTime: false,
            ("a", static (t, u) => t.SelectMany(
                r => u.Where(s => s.K == r.K && s.V > 20).Select(s => (long?)s.V).DefaultIfEmpty(), (r, w) => Text(r.Id, r.K, r.V, w))))),
        ("interval join", static random => OfTwo(
            "interval join", Sinks("a (id BIGINT, other BIGINT)")
            + "INSERT INTO a SELECT t.id, u.id FROM t JOIN u ON t.k = u.k "
            + "AND u.ts BETWEEN t.ts - INTERVAL '2' SECOND AND t.ts + INTERVAL '1' SECOND;",
            random, decidedByTime: true,
            ("a", static (t, u) => t.SelectMany(
                r => u.Where(s => s.K == r.K && s.Ms >= r.Ms - 2000 && s.Ms <= r.Ms + 1000), (r, s) => Text(r.Id, s.Id))))),
        ("top-N", static random => OfOne(
            "top-N", Sinks("a (k BIGINT, id BIGINT, v BIGINT, n BIGINT)")
            + "INSERT INTO a SELECT k, id, v, n FROM (SELECT k, id, v, "
            + "ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC, id) AS n FROM t) WHERE n <= 3;",
            random, decidedByTime: false,
            ("a", static rows => rows.GroupBy(r => r.K).SelectMany(g => g.OrderByDescending(r => r.V).ThenBy(r => r.Id).Take(3)
                .Select((r, i) => Text(r.K, r.Id, r.V, i + 1)))))),
        ("top-N of sums", static random => OfOne(
            "top-N of sums", Sinks("a (k BIGINT, s BIGINT)")
            + "INSERT INTO a SELECT k, s FROM (SELECT k, s, ROW_NUMBER() OVER (ORDER BY s DESC, k) AS n FROM "
            + "(SELECT k, SUM(v) AS s FROM t GROUP BY k)) WHERE n <= 4;",
            random, decidedByTime: false,
            ("a", static rows => rows.GroupBy(r => r.K).Select(g => (g.Key, S: g.Sum(r => r.V)))
                .OrderByDescending(g => g.S).ThenBy(g => g.Key).Take(4).Select(g => Text(g.Key, g.S))))),
        ("semi join", static random => OfTwo(
            "semi join", Sinks("a (id BIGINT, v BIGINT)")
            + "INSERT INTO a SELECT id, v FROM t WHERE k IN (SELECT k FROM u WHERE v > 30);",
            random, decidedByTime: false,
            ("a", static (t, u) => t.Where(r => u.Any(s => s.K == r.K && s.V > 30)).Select(r => Text(r.Id, r.V))))),
        ("over", static random => OfOne(
            "over", Sinks("a (id BIGINT, s BIGINT)")
            + "INSERT INTO a SELECT id, SUM(v) OVER (PARTITION BY k ORDER BY ts ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM t;",
            random, decidedByTime: true,
            ("a", static rows => rows.GroupBy(r => r.K).SelectMany(Running)))),
    ];

    /// <summary>Gets the names of all shapes.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_shapes.Select(s => s.Name)];

    /// <summary>Makes the shape in place <paramref name="index"/>, its rows drawn.</summary>
    public static Workload Make(int index, Random random) => s_shapes[index].Make(random);

    private static string Sinks(params ReadOnlySpan<string> sinks)
    {
        string sql = string.Empty;
        foreach (string sink in sinks)
        {
            sql += $"CREATE TABLE {sink} WITH ('connector' = 'memory');\n";
        }

        return sql;
    }

    private static SqlWorkload OfOne(
        string name, string sql, Random random, bool decidedByTime,
        params (string Sink, Func<List<Row>, IEnumerable<string>> Rows)[] answers) =>
        new(name, T + sql, [ShapeData.Table("t", random)], input => decidedByTime && !input.IsComplete
            ? null
            : answers.ToDictionary(a => a.Sink, a => a.Rows(ShapeData.Read(input, "t"))));

    private static SqlWorkload OfTwo(
        string name, string sql, Random random, bool decidedByTime,
        params (string Sink, Func<List<Row>, List<Row>, IEnumerable<string>> Rows)[] answers) =>
        new(name, T + U + sql, [ShapeData.Table("t", random, 128), ShapeData.Table("u", random, 128)],
            input => decidedByTime && !input.IsComplete
                ? null
                : answers.ToDictionary(a => a.Sink, a => a.Rows(ShapeData.Read(input, "t"), ShapeData.Read(input, "u"))));

    private static string Text(params ReadOnlySpan<long?> cells) => ShapeData.Text(cells);

    private static long Floor(long value, long unit) => value - (((value % unit) + unit) % unit);

    private static IEnumerable<string> Sessions(List<Row> rows)
    {
        foreach (IGrouping<long, Row> group in rows.GroupBy(r => r.K))
        {
            Row[] sorted = [.. group.OrderBy(r => r.Ms)];
            int first = 0;
            for (int i = 0; i < sorted.Length; i++)
            {
                // Sessions that touch are one: the end of one is not behind the beginning of the other.
                if (i + 1 == sorted.Length || sorted[i + 1].Ms > sorted[i].Ms + 3000)
                {
                    ArraySegment<Row> session = new(sorted, first, i + 1 - first);
                    yield return Text(group.Key, session.Count, session.Sum(r => r.V), (sorted[i].Ms + 3000) / 1000);
                    first = i + 1;
                }
            }
        }
    }

    private static IEnumerable<string> Running(IGrouping<long, Row> group)
    {
        Row[] sorted = [.. group.OrderBy(r => r.Ms)];
        for (int i = 0; i < sorted.Length; i++)
        {
            yield return Text(sorted[i].Id, sorted[Math.Max(0, i - 2)..(i + 1)].Sum(r => r.V));
        }
    }
}
