using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Savepoints;
using ColumnStream.Server.Commands;
using ColumnStream.Server.Composition;
using ColumnStream.Server.Results;

namespace ColumnStream.Server.State;

/// <summary>Prints what <c>columnstream state ls</c> found.</summary>
internal static class StateListing
{
    /// <summary>Lists savepoints and checkpoints below <paramref name="address"/>.</summary>
    public static void Print(TextWriter output, IObjectStore store, string address, bool isJson)
    {
        IReadOnlyList<SavedEntry> entries = SavedEntries.Find(store);
        if (isJson)
        {
            using var stream = new MemoryStream();
            using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
            {
                Write(json, entries, address);
            }

            output.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
            return;
        }

        TextTable.Print(
            output,
            ["kind", "epoch", "time (UTC)", "job", "state", "plan", "path"],
            entries.Select(entry => (IReadOnlyList<string>)
            [
                entry.Problem is null || entry.Kind == "incomplete" ? entry.Kind : "damaged",
                Text(entry.Manifest?.Epoch), Time(entry.Manifest), entry.Manifest?.JobId ?? "",
                entry.Manifest is null ? "" : JobCommands.Size(entry.Bytes), PlanOf(entry.Manifest), PathOf(address, entry),
            ]),
            [false, true, false, false, true, false, false]);
        foreach (SavedEntry entry in entries.Where(static e => e.Problem is not null && e.Kind != "incomplete"))
        {
            output.WriteLine($"{PathOf(address, entry)}: {entry.Problem}");
        }
    }

    /// <summary>Hashes the identities of all operators that keep something: equal for runs of one plan.</summary>
    public static string PlanOf(Manifest? manifest)
    {
        if (manifest is null)
        {
            return "";
        }

        var uids = new SortedSet<string>(SavedTables.Names(manifest).Keys, StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', uids))).AsSpan(0, 4));
    }

    /// <summary>Prints when a manifest was written.</summary>
    public static string Time(Manifest? manifest) => manifest is null ? "" : DateTimeOffset
        .FromUnixTimeMilliseconds(manifest.CreatedMs).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static string PathOf(string address, SavedEntry entry) =>
        entry.Path.Length == 0 ? address : ObjectStoreTable.Below(address, entry.Path);

    private static void Write(Utf8JsonWriter json, IReadOnlyList<SavedEntry> entries, string address)
    {
        json.WriteStartArray();
        foreach (SavedEntry entry in entries)
        {
            json.WriteStartObject();
            json.WriteString("path", PathOf(address, entry));
            json.WriteString("kind", entry.Kind);
            if (entry.Manifest is { } manifest)
            {
                json.WriteNumber("epoch", manifest.Epoch);
                json.WriteString("time", DateTimeOffset.FromUnixTimeMilliseconds(manifest.CreatedMs));
                json.WriteString("job", manifest.JobId);
                json.WriteNumber("bytes", entry.Bytes);
                json.WriteString("plan", PlanOf(manifest));
            }

            if (entry.Problem is { } problem)
            {
                json.WriteString("problem", problem);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
