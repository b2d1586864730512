using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using ColumnStream.Arrow.Memory;
using ColumnStream.Nexmark.Data;
using ColumnStream.Nexmark.Running;
using ColumnStream.Planner.Statements;

namespace ColumnStream.Nexmark.Adverse;

/// <summary>Runs one query an operator over clean and over adverse inputs and compares CPU an event.</summary>
internal static class AdverseRunner
{
    private const string Tables = """
        CREATE TABLE facts (k BIGINT, v BIGINT, t TIMESTAMP(3), WATERMARK FOR t AS t - INTERVAL '4' SECOND)
          WITH ('connector' = 'memory', 'kind' = 'facts');
        CREATE TABLE dimension (k BIGINT, v BIGINT, t TIMESTAMP(3), PRIMARY KEY (k) NOT ENFORCED,
          WATERMARK FOR t AS t) WITH ('connector' = 'memory', 'kind' = 'dimension');
        """;

    private static readonly (string Name, string Sql)[] s_queries =
    [
        ("group aggregate", "SELECT k, COUNT(*) AS c, SUM(v) AS s, MAX(v) AS m FROM facts GROUP BY k"),
        ("DISTINCT aggregate", """
            SELECT MOD(k, 100) AS g, COUNT(DISTINCT v) AS c, COUNT(DISTINCT v) FILTER (WHERE v > 500) AS d
            FROM facts GROUP BY MOD(k, 100)
            """),
        ("TUMBLE", Window("TUMBLE(TABLE facts, DESCRIPTOR(t), INTERVAL '10' SECOND)")),
        ("HOP", Window("HOP(TABLE facts, DESCRIPTOR(t), INTERVAL '2' SECOND, INTERVAL '10' SECOND)")),
        ("CUMULATE", Window("CUMULATE(TABLE facts, DESCRIPTOR(t), INTERVAL '2' SECOND, INTERVAL '10' SECOND)")),
        ("SESSION", Window("SESSION(TABLE facts PARTITION BY k, DESCRIPTOR(t), INTERVAL '1' SECOND)")),
        ("inner join", "SELECT f.k, f.v, d.v AS w FROM facts f JOIN dimension d ON f.k = d.k"),
        ("left join", "SELECT f.k, f.v, d.v AS w FROM facts f LEFT JOIN dimension d ON f.k = d.k"),
        ("semi join", "SELECT k, v FROM facts WHERE k IN (SELECT k FROM dimension)"),
        ("interval join", """
            SELECT f.k, f.v, d.v AS w FROM facts f JOIN dimension d
            ON f.k = d.k AND f.t BETWEEN d.t AND d.t + INTERVAL '1' HOUR
            """),
        ("temporal join", "SELECT f.k, f.v, d.v AS w FROM facts f JOIN dimension FOR SYSTEM_TIME AS OF f.t AS d ON f.k = d.k"),
        ("top 10", """
            SELECT k, v, r FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC) AS r FROM facts) WHERE r <= 10
            """),
        ("deduplicate", """
            SELECT k, v, t FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY t DESC) AS r FROM facts) WHERE r = 1
            """),
        ("OVER", """
            SELECT k, v, SUM(v) OVER (PARTITION BY k ORDER BY t ROWS BETWEEN 10 PRECEDING AND CURRENT ROW) AS s FROM facts
            """),
    ];

    /// <summary>Runs everything and prints the table.</summary>
    public static void Run(HarnessOptions options, BufferAllocator allocator)
    {
        (int rows, int repetitions) = ((int)options.Events, options.Repetitions);
        AdverseKind[] kinds = [.. Enum.GetValues<AdverseKind>()
            .Where(k => options.Inputs.Length == 0 || options.Inputs.Contains(k.ToString()))];
        (string Name, string Sql)[] queries = [.. s_queries
            .Where(q => options.Operators.Length == 0 || options.Operators.Contains(q.Name))];
        var cost = new Dictionary<(string Query, AdverseKind Kind), double>();
        foreach (AdverseKind kind in kinds.Prepend(AdverseKind.Clean))
        {
            // The first pass warms up; the second takes its place.
            using Dataset data = AdverseData.Make(kind, rows, allocator);
            using var engine = new LocalEngine(data, allocator);
            foreach ((string name, string sql) in queries)
            {
                try
                {
                    PlannedJob job = engine.Plan(
                        $"{Tables}\nCREATE TABLE answer WITH ('connector' = 'blackhole') AS {sql};", name);
                    var times = new List<double>();
                    for (int i = 0; i <= repetitions; i++)
                    {
                        EngineRun run = engine.Run(job);
                        if (i > 0)
                        {
                            times.Add((double)run.CpuNs / run.RowsIn);
                        }
                    }

                    cost[(name, kind)] = Measurement.Median(times);
                    Console.WriteLine(
                        string.Create(CultureInfo.InvariantCulture, $"{kind} {name}: {cost[(name, kind)]:F1} ns/event"));
                }
                catch (InvalidOperationException error)
                {
                    Console.WriteLine($"NOT RUN: {kind} {name}: {error.Message} {error.InnerException?.Message}");
                }
            }
        }

        Console.WriteLine();
        Console.WriteLine(Table(kinds, cost));
        Console.WriteLine($"{rows:N0} rows, {repetitions} rounds, load average {Report.LoadAverage}");
    }

    private static string Table(AdverseKind[] kinds, Dictionary<(string Query, AdverseKind Kind), double> cost)
    {
        var text = new StringBuilder();
        text.AppendLine("| operator | clean, ns/event | hot key | 10 M keys | 10 % late | 20 % NULL | batches of 1 |");
        text.AppendLine("|---|---|---|---|---|---|---|");
        foreach ((string name, _) in s_queries)
        {
            if (!cost.TryGetValue((name, AdverseKind.Clean), out double clean))
            {
                continue;
            }

            string cells = string.Join(" | ", kinds.Where(k => k != AdverseKind.Clean).Select(
                kind => cost.TryGetValue((name, kind), out double value)
                    ? string.Create(CultureInfo.InvariantCulture, $"× {value / clean:F1}")
                    : "-"));
            text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {clean:F1} | {cells} |"));
        }

        return text.ToString();
    }

    private static string Window(string function) =>
        $"SELECT k, window_start, COUNT(*) AS c, MAX(v) AS m FROM TABLE({function}) GROUP BY k, window_start, window_end";
}
