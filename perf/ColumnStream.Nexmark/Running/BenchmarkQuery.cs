using System;
using System.IO;

namespace ColumnStream.Nexmark.Running;

/// <summary>Holds one query as ours and as DuckDB's text.</summary>
internal sealed record BenchmarkQuery(string Name, string Sql, string DuckSql)
{
    private const string Blackhole = "'connector' = 'blackhole'";

    /// <summary>Reads a query and the tables that all share.</summary>
    public static BenchmarkQuery Read(string folder, string name)
    {
        string tables = File.ReadAllText(Path.Combine(folder, "tables.sql"));
        string sql = File.ReadAllText(Path.Combine(folder, $"{name}.sql"));
        string duck = File.ReadAllText(Path.Combine(folder, $"{name}.duckdb.sql"));
        return sql.Contains(Blackhole, StringComparison.Ordinal)
            ? new BenchmarkQuery(name, $"{tables}\n{sql}", duck.Trim())
            : throw new InvalidOperationException($"Query does not write into a blackhole: {name}.");
    }

    /// <summary>Returns the script with files in the place of the blackhole, so that the answer can be compared.</summary>
    public string WritingTo(string folder) => Sql.Replace(
        Blackhole,
        $"'connector' = 'filesystem', 'path' = '{folder}', 'format' = 'csv'",
        StringComparison.Ordinal);
}
