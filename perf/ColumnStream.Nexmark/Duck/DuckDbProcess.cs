using System;
using System.Diagnostics;
using System.IO;
using System.Text.Json.Nodes;
using ColumnStream.Compute.Types;
using ColumnStream.Nexmark.Data;

namespace ColumnStream.Nexmark.Duck;

/// <summary>Runs DuckDB on one thread in a process of its own, which sleeps while others are timed.</summary>
internal sealed class DuckDbProcess : IDisposable
{
    private readonly Process _process;

    /// <summary>Starts <c>server.mjs</c> of <paramref name="folder"/>; installs its packages first where they are missing.</summary>
    public DuckDbProcess(string folder)
    {
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
        {
            using Process install = Process.Start(
                new ProcessStartInfo("npm", "ci --no-audit --no-fund --silent") { WorkingDirectory = folder })!;
            install.WaitForExit();
            if (install.ExitCode != 0)
            {
                throw new InvalidOperationException("npm ci failed in perf/duckdb; --no-duckdb goes without.");
            }
        }

        _process = Process.Start(new ProcessStartInfo("node", "server.mjs")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Version = (string)Ask(new JsonObject { ["op"] = "version" })["version"]!;
    }

    /// <summary>Gets DuckDB's version.</summary>
    public string Version { get; }

    /// <summary>Loads a table from CSV, a number before its columns; returns how many rows.</summary>
    public long Load(EventTable table, string path)
    {
        var columns = new JsonArray();
        foreach (SqlField column in table.Columns)
        {
            columns.Add(new JsonObject
            {
                ["name"] = column.Name,
                ["type"] = column.Type.IsTimestamp ? "TIMESTAMP" : column.Type.IsNumeric ? "BIGINT" : "VARCHAR",
            });
        }

        return (long)Ask(new JsonObject
        {
            ["op"] = "load", ["table"] = table.Kind, ["path"] = path, ["columns"] = columns,
        })["rows"]!;
    }

    /// <summary>Returns the number of rows of a query.</summary>
    public long Count(string sql) => (long)Ask(new JsonObject { ["op"] = "count", ["sql"] = sql })["rows"]!;

    /// <summary>Runs a query and returns the process's CPU time.</summary>
    public long CpuNs(string sql) => (long)Ask(new JsonObject { ["op"] = "time", ["sql"] = sql })["cpuNs"]!;

    /// <summary>Compares CSV files with a query's answer both ways.</summary>
    /// <returns>Rows there, rows here, rows only here, rows only there.</returns>
    public (long Expected, long Actual, long Surplus, long Missing) Compare(string sql, string files, bool header)
    {
        JsonObject answer = Ask(
            new JsonObject { ["op"] = "compare", ["sql"] = sql, ["files"] = files, ["header"] = header });
        return ((long)answer["expected"]!, (long)answer["actual"]!, (long)answer["surplus"]!, (long)answer["missing"]!);
    }

    /// <summary>Returns rows and checksum of a query's answer: the sum of the first six bytes of SHA-256 of each row's text.</summary>
    public (long Rows, string Checksum) Answer(string sql)
    {
        JsonObject answer = Ask(new JsonObject { ["op"] = "answer", ["sql"] = sql });
        return ((long)answer["rows"]!, (string)answer["checksum"]!);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private JsonObject Ask(JsonObject request)
    {
        _process.StandardInput.WriteLine(request.ToJsonString());
        _process.StandardInput.Flush();
        string line = _process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException("DuckDB's process ended.");
        JsonObject answer = JsonNode.Parse(line)!.AsObject();
        return answer["error"] is { } error ? throw new InvalidOperationException($"DuckDB: {error}") : answer;
    }
}
