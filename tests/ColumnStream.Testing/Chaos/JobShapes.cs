using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace ColumnStream.Testing.Chaos;

/// <summary>Lists the jobs of the campaigns: each takes a second and some 40 checkpoints; their input are numbers from 0.</summary>
public static class JobShapes
{
    /// <summary>Number of rows of every source.</summary>
    public const int Rows = 12_000;

    private const string Text = "rtrim(rtrim(strftime('%Y-%m-%d %H:%M:%f', {0} / 1000.0, 'unixepoch'), '0'), '.')";

    /// <summary>Gets the job of examples/two_sinks.sql: windows and a filter, csv and json.</summary>
    public static JobShape TwoSinks { get; } = new("two_sinks", Example(), [new("counts", null), new("dear", null)]);

    /// <summary>Gets a job of half a second with keyed state and two sinks, for faults that are tried by the hundred.</summary>
    public static JobShape Small { get; } = new(
        "small",
        Source("src", ", k AS MOD(id * 7919, 211)", rows: 4_000) + Sink("totals", "k BIGINT, n BIGINT, s BIGINT", "debezium-json")
            + Sink("thirds", "id BIGINT")
            + """
            EXECUTE STATEMENT SET BEGIN
            INSERT INTO totals SELECT k, COUNT(*), SUM(id) FROM src GROUP BY k;
            INSERT INTO thirds SELECT id FROM src WHERE MOD(id, 3) = 0;
            END;
            """,
        [
            new("totals", "SELECT (id * 7919) % 211, COUNT(*), SUM(id) FROM src WHERE id < 4000 GROUP BY 1", Key: "k"),
            new("thirds", "SELECT id FROM src WHERE id < 4000 AND id % 3 = 0"),
        ]);

    /// <summary>Gets all jobs of the campaigns of kills.</summary>
    public static IReadOnlyList<JobShape> All { get; } =
    [
        new(
            "stateless",
            Source("src", ", v AS MOD(id * 7919, 1009)") + Sink("kept", "id BIGINT, v BIGINT, square BIGINT")
                + "INSERT INTO kept SELECT id, v, id * id FROM src WHERE MOD(id, 3) <> 1;",
            [new("kept", "SELECT id, (id * 7919) % 1009, id * id FROM src WHERE id % 3 <> 1")]),
        new(
            "keyed",
            Source("src", ", k AS MOD(id * 7919, 211)") + Sink("totals", "k BIGINT, n BIGINT, s BIGINT, m BIGINT", "debezium-json")
                + "INSERT INTO totals SELECT k, COUNT(*), SUM(id), MAX(id) FROM src GROUP BY k;",
            [new("totals", "SELECT (id * 7919) % 211, COUNT(*), SUM(id), MAX(id) FROM src GROUP BY 1", Key: "k")]),
        new(
            "windows",
            Source("src", $", k AS MOD(id / 300, 5), {Time("id * 10 + MOD(id * 7919, 50) * 10")}")
                + Sink("tumbling", "w TIMESTAMP(3), k BIGINT, n BIGINT, s BIGINT")
                + Sink("sessions", "w TIMESTAMP(3), e TIMESTAMP(3), k BIGINT, n BIGINT")
                + """
                EXECUTE STATEMENT SET BEGIN
                INSERT INTO tumbling SELECT window_start, MOD(id, 7), COUNT(*), SUM(id)
                FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY window_start, window_end, MOD(id, 7);
                INSERT INTO sessions SELECT window_start, window_end, k, COUNT(*)
                FROM TABLE(SESSION(TABLE src PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY window_start, window_end, k;
                END;
                """,
            [
                new(
                    "tumbling",
                    $"SELECT {As("t / 1000 * 1000")}, id % 7, COUNT(*), SUM(id) "
                        + "FROM (SELECT id, id * 10 + (id * 7919) % 50 * 10 AS t FROM src) GROUP BY t / 1000, id % 7"),
                new(
                    "sessions",
                    $"""
                    WITH timed AS (SELECT id, id / 300 % 5 AS k, id * 10 + (id * 7919) % 50 * 10 AS t FROM src),
                    marked AS (SELECT k, t, t - LAG(t, 1, -9999999) OVER (PARTITION BY k ORDER BY t) >= 5000 AS begins FROM timed),
                    numbered AS (SELECT k, t, SUM(begins) OVER (PARTITION BY k ORDER BY t ROWS UNBOUNDED PRECEDING) AS session FROM marked)
                    SELECT {As("MIN(t)")}, {As("(MAX(t) + 5000)")}, k, COUNT(*) FROM numbered GROUP BY k, session
                    """),
            ]),
        new(
            "join",
            Source("l", "", pace: 9_000) + Source("r", "") + Sink("pairs", "a BIGINT, b BIGINT")
                + "INSERT INTO pairs SELECT l.id, r.id FROM l JOIN r ON l.id = MOD(r.id * 7919, 16033);",
            [new("pairs", "SELECT l.id, r.id FROM src AS l JOIN src AS r ON l.id = (r.id * 7919) % 16033")]),
        new(
            "top_n",
            Source("src", $", v AS MOD(id * 7919, 1009), {Time("id * 10")}")
                + Sink("best", "w TIMESTAMP(3), id BIGINT, v BIGINT, place BIGINT") + Sink("rest", "id BIGINT, v BIGINT")
                + """
                EXECUTE STATEMENT SET BEGIN
                INSERT INTO best SELECT window_start, id, v, place FROM (
                  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY v DESC, id) AS place
                  FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(ts), INTERVAL '1' SECOND))) WHERE place <= 3;
                INSERT INTO rest SELECT id, v FROM src WHERE v > 900;
                END;
                """,
            [
                new(
                    "best",
                    $"SELECT {As("w * 1000")}, id, v, place FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY w ORDER BY v DESC, id) AS place "
                        + "FROM (SELECT id, (id * 7919) % 1009 AS v, id / 100 AS w FROM src)) WHERE place <= 3"),
                new("rest", "SELECT id, (id * 7919) % 1009 FROM src WHERE (id * 7919) % 1009 > 900"),
            ]),
    ];

    private static string Time(string ms) =>
        $"ts AS TO_TIMESTAMP_LTZ({ms}, 3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND";

    private static string As(string ms) => Text.Replace("{0}", ms, StringComparison.Ordinal);

    private static string Source(string name, string columns, int pace = 12_000, int rows = Rows) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        SET 'execution.checkpointing.interval' = '25 ms';
        SET 'execution.batch-size' = '64';
        CREATE TABLE {name} (id BIGINT{columns}) WITH (
          'connector' = 'datagen', 'rows-per-second' = '{pace}', 'scan.watermark.emit.strategy' = 'on-event',
          'fields.id.kind' = 'sequence', 'fields.id.start' = '0', 'fields.id.end' = '{rows - 1}');

        """);

    private static string Sink(string name, string columns, string format = "csv") =>
        $"CREATE TABLE {name} ({columns}) WITH ('connector' = 'filesystem', 'path' = '{name}', 'format' = '{format}');\n";

    private static string Example()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ColumnStream.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return File.ReadAllText(Path.Combine(folder, "examples/two_sinks.sql"))
            .Replace("examples/out/", "", StringComparison.Ordinal);
    }
}
