using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Sources;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Savepoints;
using ColumnStream.Server.Commands;
using ColumnStream.Server.Results;

namespace ColumnStream.Server.State;

/// <summary>Prints what one savepoint or checkpoint holds.</summary>
internal static class StateReport
{
    /// <summary>Prints operators with their states, sources and sinks, as tables or as one JSON object.</summary>
    public static void Print(
        TextWriter output, SavedState saved, IReadOnlyList<SavedTable> tables, BufferAllocator memory, bool isJson)
    {
        IReadOnlyDictionary<string, string> names = SavedTables.Names(saved.Manifest);
        IReadOnlyDictionary<SavedTable, long> living = tables.ToDictionary(
            static t => t, t => saved.Read(t.Uid, t.State, memory).Sum(static part => Count(part.Rows)));
        if (isJson)
        {
            using var stream = new MemoryStream();
            using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
            {
                Write(json, saved, tables, names, living, memory);
            }

            output.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
            return;
        }

        Manifest manifest = saved.Manifest;
        output.WriteLine(
            $"{(saved.IsSavepoint ? "Savepoint" : "Checkpoint")} of job {manifest.JobId}, epoch {manifest.Epoch}, "
            + $"{StateListing.Time(manifest)} UTC, {manifest.KeyGroups} key groups, "
            + $"{JobCommands.Size(tables.Sum(static t => t.Bytes))} of state, plan {StateListing.PlanOf(manifest)}"
            + (manifest.IsFinal ? ". All inputs had ended." : "."));
        output.WriteLine();
        TextTable.Print(
            output,
            ["operator", "state", "keys", "values", "rows", "bytes", "subtasks", "identity"],
            tables.Select(t => (IReadOnlyList<string>)
            [
                t.Operator, t.State, List(t.Keys), Values(saved, t, memory), Text(living[t]), Text(t.Bytes), Text(t.Parallelism),
                t.Uid,
            ]),
            [false, false, false, false, true, true, true, false]);
        output.WriteLine();
        TextTable.Print(
            output, ["source", "split", "position", "identity"],
            Splits(manifest).Select(s => (IReadOnlyList<string>)[names[s.Uid], s.Split.SplitId, s.Split.Position, s.Uid]));
        output.WriteLine();
        TextTable.Print(
            output, ["sink", "subtask", "open transactions", "identity"],
            manifest.Tasks.SelectMany(static t => t.Sinks.Select(s => (t.Subtask, Sink: s))).Select(s => (IReadOnlyList<string>)
                [names[s.Sink.Uid], Text(s.Subtask), Text(s.Sink.Committables.Count), s.Sink.Uid]),
            [false, true, true, false]);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string List(IEnumerable<SqlField> columns) =>
        string.Join(", ", columns.Select(static c => $"{c.Name} {c.Type}"));

    private static IEnumerable<SqlField> ValuesOf(SavedTable table) =>
        table.Columns.Skip(2).Where(c => !table.Keys.Contains(c));

    /// <summary>Lists a state's values; of a state that is one number, such as a watermark, the number.</summary>
    private static string Values(SavedState saved, SavedTable table, BufferAllocator memory) =>
        Number(saved, table, memory) is { } number ? $"value = {number}" : List(ValuesOf(table));

    /// <summary>Reads the smallest number of a state of one column without keys, as watermarks are kept; null for others.</summary>
    private static long? Number(SavedState saved, SavedTable table, BufferAllocator memory)
    {
        if (table.Columns.Count != 3 || table.Columns[2] is not { Name: "value" } || table.Keys.Count > 0)
        {
            return null;
        }

        long? least = null;
        foreach ((_, RecordBatch rows) in saved.Read(table.Uid, table.State, memory))
        {
            foreach (long value in ((FixedWidthArray)rows.Columns[table.FileColumns[2]]).Values<long>())
            {
                least = Math.Min(least ?? long.MaxValue, value);
            }

            rows.Release();
        }

        return least;
    }

    private static long Count(RecordBatch rows)
    {
        long count = rows.Length;
        rows.Release();
        return count;
    }

    private static IEnumerable<(string Uid, SplitState Split)> Splits(Manifest manifest) =>
        manifest.Tasks.SelectMany(static t => t.Sources).SelectMany(static s => s.Splits.Select(split => (s.Uid, split)));

    private static void Write(
        Utf8JsonWriter json, SavedState saved, IReadOnlyList<SavedTable> tables, IReadOnlyDictionary<string, string> names,
        IReadOnlyDictionary<SavedTable, long> living, BufferAllocator memory)
    {
        Manifest manifest = saved.Manifest;
        json.WriteStartObject();
        json.WriteString("kind", saved.IsSavepoint ? "savepoint" : "checkpoint");
        json.WriteString("job", manifest.JobId);
        json.WriteNumber("epoch", manifest.Epoch);
        json.WriteString("time", DateTimeOffset.FromUnixTimeMilliseconds(manifest.CreatedMs));
        json.WriteNumber("keyGroups", manifest.KeyGroups);
        json.WriteString("plan", StateListing.PlanOf(manifest));
        json.WriteBoolean("final", manifest.IsFinal);
        json.WriteStartArray("states");
        foreach (SavedTable table in tables)
        {
            json.WriteStartObject();
            json.WriteString("operator", table.Operator);
            json.WriteString("uid", table.Uid);
            json.WriteString("state", table.State);
            json.WriteNumber("rows", living[table]);
            json.WriteNumber("bytes", table.Bytes);
            json.WriteNumber("parallelism", table.Parallelism);
            Columns(json, "keys", table.Keys);
            Columns(json, "values", ValuesOf(table));
            if (Number(saved, table, memory) is { } number)
            {
                json.WriteNumber("value", number);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("sources");
        foreach ((string uid, SplitState split) in Splits(manifest))
        {
            json.WriteStartObject();
            json.WriteString("source", names[uid]);
            json.WriteString("uid", uid);
            json.WriteString("split", split.SplitId);
            json.WriteString("position", split.Position);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("sinks");
        foreach (TaskSnapshot task in manifest.Tasks)
        {
            foreach (SinkSnapshot sink in task.Sinks)
            {
                json.WriteStartObject();
                json.WriteString("sink", names[sink.Uid]);
                json.WriteString("uid", sink.Uid);
                json.WriteNumber("subtask", task.Subtask);
                json.WriteNumber("openTransactions", sink.Committables.Count);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Columns(Utf8JsonWriter json, string name, IEnumerable<SqlField> columns)
    {
        json.WriteStartArray(name);
        foreach (SqlField column in columns)
        {
            json.WriteStartObject();
            json.WriteString("name", column.Name);
            json.WriteString("type", column.Type.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
