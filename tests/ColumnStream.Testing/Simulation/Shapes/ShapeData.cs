using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace ColumnStream.Testing.Simulation.Shapes;

/// <summary>Makes rows (id, k, v, ts) in almost the order of ts: never late for a watermark one second behind.</summary>
internal static class ShapeData
{
    public const string Columns = "id BIGINT, k BIGINT, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND";

    private static readonly DateTime s_start = new(2026, 1, 1, 0, 0, 2, DateTimeKind.Unspecified);

    /// <summary>Makes a table of drawn length, keys and splits.</summary>
    public static SimulatedTable Table(string name, Random random, int mostRows = 512)
    {
        int count = random.Next(8, 1 << random.Next(4, 1 + (int)Math.Log2(mostRows)));
        int keys = 1 << random.Next(0, 7);
        int stepMs = 1 << random.Next(0, 11);
        var taken = new HashSet<long>();
        var rows = new List<string>();
        long clock = 0;
        for (int i = 0; i < count; i++)
        {
            clock += random.Next(1, stepMs + 1);
            long at = clock - random.Next(0, 990);
            while (!taken.Add(at))
            {
                at++;
                clock = Math.Max(clock, at);
            }

            string ts = s_start.AddMilliseconds(at).ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
            rows.Add(string.Create(CultureInfo.InvariantCulture, $"{i} {random.Next(keys)} {random.Next(-20, 50)} '{ts}'"));
        }

        return new SimulatedTable(name, rows, random.Next(1, 5));
    }

    /// <summary>Returns what was read of a table as values.</summary>
    public static List<Row> Read(SimulatedInput input, string table) =>
    [
        .. input.Values(table).Select(v => new Row(
            Number(v[0]), Number(v[1]), Number(v[2]),
            (long)(DateTime.ParseExact(v[3], "yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture) - new DateTime(2026, 1, 1))
                .TotalMilliseconds)),
    ];

    /// <summary>Prints a row as sinks do.</summary>
    public static string Text(params ReadOnlySpan<long?> cells)
    {
        var text = new string[cells.Length];
        for (int i = 0; i < cells.Length; i++)
        {
            text[i] = cells[i]?.ToString(CultureInfo.InvariantCulture) ?? "NULL";
        }

        return string.Join('\t', text);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>Is one row; the time in milliseconds since the beginning of 2026.</summary>
    internal readonly record struct Row(long Id, long K, long V, long Ms);
}
