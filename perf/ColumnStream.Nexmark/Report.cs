using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using ColumnStream.Nexmark.Running;

namespace ColumnStream.Nexmark;

/// <summary>Prints the table and keeps it as JSON below <c>perf/results</c>, a folder a machine.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    public static string LoadAverage =>
        File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "?";

    public static string Table(IReadOnlyList<Measurement> measurements)
    {
        var text = new StringBuilder();
        text.AppendLine(
            "| query | rows in | changes out | final rows | ours, ns/event: median (min) | hand | DuckDB | ours/hand "
            + "| DuckDB/ours | bytes/event |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (Measurement m in measurements)
        {
            text.AppendLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {m.Query} | {m.RowsIn} | {m.RowsOut} | {m.FinalRows} | {Cost(m.EngineNs)} | {Cost(m.HandNs)} "
                + $"| {Cost(m.DuckNs)} | {Ratio(m.OverHand, 2)} | {Ratio(m.DuckOver, 1)} "
                + $"| {Measurement.Median(m.AllocatedBytes):F3} |"));
        }

        return text.ToString();
    }

    /// <summary>Writes one file a run; returns its path.</summary>
    public static string Save(
        string folder, HarnessOptions options, IReadOnlyList<Measurement> measurements, string duckDb, string load)
    {
        string machine = Path.Combine(folder, Machine());
        Directory.CreateDirectory(machine);
        string stamp = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd-HHmm", CultureInfo.InvariantCulture);
        string path = Path.Combine(machine, $"{stamp}.json");
        var document = new
        {
            options.Events,
            options.Repetitions,
            options.EventsPerSecond,
            BatchRows = Data.Dataset.BatchRows,
            Checkpoints = false,
            DuckDb = duckDb,
            Runtime = Environment.Version.ToString(),
            LoadAverage = load,
            Queries = measurements.Select(m => new
            {
                m.Query,
                m.RowsIn,
                m.RowsOut,
                m.FinalRows,
                EngineNsPerEvent = Rounded(m.EngineNs),
                HandNsPerEvent = Rounded(m.HandNs),
                DuckDbNsPerEvent = Rounded(m.DuckNs),
                AllocatedBytesPerEvent = Rounded(m.AllocatedBytes),
            }),
        };
        File.WriteAllText(path, JsonSerializer.Serialize(document, s_json) + "\n");
        return path;
    }

    private static string Cost(List<double> values) => values.Count == 0
        ? "-"
        : string.Create(
            CultureInfo.InvariantCulture, $"{Measurement.Median(values):F2} ({Measurement.Least(values):F2})");

    private static string Ratio(double value, int digits) =>
        double.IsNaN(value) ? "-" : value.ToString($"F{digits}", CultureInfo.InvariantCulture);

    private static double[] Rounded(List<double> values) => [.. values.Select(v => Math.Round(v, 4))];

    private static string Machine()
    {
        string model = "unknown";
        if (File.Exists("/proc/cpuinfo"))
        {
            model = File.ReadLines("/proc/cpuinfo")
                .FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) ?? model;
        }

        char[] letters = [.. model[(model.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            .Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-')];
        return $"{new string(letters)}-{Environment.ProcessorCount}-cores";
    }
}
