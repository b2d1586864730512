using System;
using System.Globalization;
using System.IO;
using System.Text.RegularExpressions;

namespace ColumnStream.Nexmark.Running;

/// <summary>Holds one query as ours and as DuckDB's text.</summary>
internal sealed record BenchmarkQuery(string Name, string Sql, string DuckSql, string Tables, string Views)
{
    private const string Blackhole = "'connector' = 'blackhole'";

    /// <summary>Reads a query and the definitions that all share; the side input stands in <paramref name="scratch"/>.</summary>
    public static BenchmarkQuery Read(string folder, string name, string scratch)
    {
        string Text(string file) => File.ReadAllText(Path.Combine(folder, file));
        string side = Path.Combine(scratch, "side_input.csv");
        string sql = Text($"{name}.sql").Replace("${SIDE_INPUT}", side, StringComparison.Ordinal);
        string duck = Regex.Replace(Text($"{name}.duckdb.sql"), "^--.*\n", string.Empty, RegexOptions.Multiline).Trim();
        return sql.Contains(Blackhole, StringComparison.Ordinal)
            ? new BenchmarkQuery(name, sql, duck, Text("tables.sql"), Text("nexmark.sql"))
            : throw new InvalidOperationException($"Query does not write into a blackhole: {name}.");
    }

    /// <summary>Writes the bounded side input of q13: the numbers below 10,000, each with itself as text.</summary>
    public static void WriteSideInput(string scratch)
    {
        using StreamWriter file = File.CreateText(Path.Combine(scratch, "side_input.csv"));
        for (int i = 0; i < 10_000; i++)
        {
            file.Write(string.Create(CultureInfo.InvariantCulture, $"{i},{i}\n"));
        }
    }

    /// <summary>Returns the script over the tables in memory.</summary>
    public string Timed() => $"{Tables}\n{Sql}";

    /// <summary>Returns the script over the benchmark's own table and views, with the answer collected.</summary>
    public string Checked(long events, int eventsPerSecond, int parallelism) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        SET 'parallelism.default' = '{parallelism}';
        {Views
            .Replace("${EVENTS}", events.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("${RATE}", eventsPerSecond.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)}
        {Sql.Replace(Blackhole, "'connector' = 'answer'", StringComparison.Ordinal)}
        """);
}
