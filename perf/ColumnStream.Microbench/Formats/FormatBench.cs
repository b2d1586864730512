using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.Json;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Types;
using ColumnStream.Arrow.Memory;
using ColumnStream.Connectors;
using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Elements;
using ColumnStream.Nexmark.Duck;
using Microsoft.Win32.SafeHandles;

namespace ColumnStream.Microbench.Formats;

/// <summary>Times reading of all columns from files beside DuckDB and the platform's JSON reader, and writing, in one run.</summary>
/// <remarks>
/// CPU time, one thread each, files in the page cache, contenders in turns, first round discarded, least of the rest.
/// Ours reads into its own blocks and makes batches; DuckDB has explicit types and its cheaper way counts.
/// </remarks>
internal static class FormatBench
{
    public static void Run(string[] arguments)
    {
        int rounds = 5;
        int megabytes = 64;
        bool duck = true;
        bool readOnly = false;
        string? only = null;
        for (int i = 1; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--no-duckdb":
                    duck = false;
                    break;
                case "--read-only":
                    readOnly = true;
                    break;
                case "--rounds":
                    rounds = int.Parse(arguments[++i], CultureInfo.InvariantCulture);
                    break;
                case "--megabytes":
                    megabytes = int.Parse(arguments[++i], CultureInfo.InvariantCulture);
                    break;
                case "--only":
                    only = arguments[++i];
                    break;
                default:
                    Console.WriteLine("formats [--rounds 5] [--megabytes 64] [--only bids] [--no-duckdb] [--read-only]");
                    return;
            }
        }

        using var pool = new SizeClassPool();
        using var allocator = new BufferAllocator("bench", pool);
        using var data = new FormatData(allocator, megabytes << 20);
        using DuckDbProcess? duckDb = duck ? new DuckDbProcess(DuckFolder()) : null;
        Console.WriteLine(
            "| dataset | format | rows | bytes | read GB/s | ns/row | B managed/row | DuckDB GB/s | ours/DuckDB "
            + "| Utf8JsonReader GB/s | write GB/s |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (FormatFile file in data.Files)
        {
            if (only is null || file.Name.Contains(only, StringComparison.Ordinal) || file.Format == only)
            {
                Measure(file, allocator, duckDb, rounds, readOnly);
            }
        }

        Console.WriteLine(duckDb is null ? string.Empty : $"DuckDB {duckDb.Version}, threads = 1, explicit columns.");
    }

    private static void Measure(FormatFile file, BufferAllocator allocator, DuckDbProcess? duckDb, int rounds, bool readOnly)
    {
        Format format = FormatTable.Get(file.Format);
        FormatContext context = FormatContext.AllColumns("t", ValueList.From(file.Columns), default, allocator);
        using BlockDecoder decoder = format.CreateBlockDecoder(context);
        using RowEncoder encoder = format.CreateEncoder(context);
        using var output = new OutputBuffer(allocator);
        using SafeFileHandle handle = File.OpenHandle(file.Path);
        List<RecordBatch> some = Some(format, context, handle);
        string sql = file.DuckDb();
        double ours = double.MaxValue;
        double duck = double.MaxValue;
        double platform = double.MaxValue;
        double write = double.MaxValue;
        double managed = 0;
        long rows = 0;
        long written = 1;
        byte[] bytes = File.ReadAllBytes(file.Path);
        for (int round = 0; round <= rounds; round++)
        {
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            double read = Time(() => rows = Read(decoder, handle));
            managed = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)rows;
            double wrote = readOnly ? 0 : Time(() => written = Write(encoder, output, some));
            double walked = file.Format == "json" && !readOnly ? Time(() => Walk(bytes)) : 0;
            double other = duckDb?.CpuNs(sql) ?? 0;
            if (round > 0)
            {
                ours = Math.Min(ours, read);
                write = Math.Min(write, wrote);
                platform = Math.Min(platform, walked);
                duck = Math.Min(duck, other);
            }
        }

        if (duckDb is not null && duckDb.Count(sql) != rows)
        {
            throw new InvalidDataException(
                $"Row counts differ: {file.Name} {file.Format}, ours {rows}, DuckDB {duckDb.Count(sql)}.");
        }

        string beside = duckDb is null ? "– | –" : string.Create(
            CultureInfo.InvariantCulture, $"{file.Bytes / duck:F2} | {duck / ours:F1}");
        string walk = file.Format == "json" ? (file.Bytes / platform).ToString("F2", CultureInfo.InvariantCulture) : "–";
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {file.Name} | {file.Format} | {rows} | {file.Bytes} | {file.Bytes / ours:F2} | {ours / rows:F0} | {managed:F2} "
            + $"| {beside} | {walk} | {written / write:F2} |"));
        some.ForEach(batch => batch.Release());
    }

    private static double Time(Action once)
    {
        long start = ThreadClock.Nanoseconds();
        once();
        return ThreadClock.Nanoseconds() - start;
    }

    private static long Read(BlockDecoder decoder, SafeFileHandle handle)
    {
        long at = 0;
        return FormatReading.Read(
            decoder,
            space =>
            {
                int count = RandomAccess.Read(handle, space, at);
                at += count;
                return count;
            },
            keep: null);
    }

    private static List<RecordBatch> Some(Format format, FormatContext context, SafeFileHandle handle)
    {
        const int Limit = 8 << 20;
        using BlockDecoder decoder = format.CreateBlockDecoder(context);
        var batches = new List<RecordBatch>();
        long at = 0;
        byte[] head = new byte[Math.Min(Limit, RandomAccess.GetLength(handle))];
        RandomAccess.Read(handle, head, 0);
        int end = Array.LastIndexOf(head, (byte)'\n') + 1;
        FormatReading.Read(
            decoder,
            space =>
            {
                int count = Math.Min(space.Length, end - (int)at);
                head.AsSpan((int)at, count).CopyTo(space);
                at += count;
                return count;
            },
            batches);
        return batches;
    }

    private static long Write(RowEncoder encoder, OutputBuffer output, List<RecordBatch> batches)
    {
        long written = 0;
        encoder.Begin(output);
        foreach (RecordBatch batch in batches)
        {
            var stream = new StreamBatch(batch.Retain());
            encoder.Encode(stream, output);
            stream.Release();
            written += output.Length;
            output.Clear();
        }

        return written;
    }

    /// <summary>Reads every token and parses every number; text is neither copied nor stored.</summary>
    private static void Walk(byte[] bytes)
    {
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { AllowMultipleValues = true });
        double sum = 0;
        while (reader.Read())
        {
            sum += reader.TokenType switch
            {
                JsonTokenType.Number => reader.TryGetInt64(out long integer) ? integer : reader.GetDouble(),
                _ => reader.ValueSpan.Length,
            };
        }

        GC.KeepAlive(sum);
    }

    private static string DuckFolder()
    {
        string folder = AppContext.BaseDirectory;
        while (!Directory.Exists(Path.Combine(folder, "perf", "duckdb")))
        {
            folder = Path.GetDirectoryName(folder.TrimEnd('/')) ?? throw new DirectoryNotFoundException("perf/duckdb");
        }

        return Path.Combine(folder, "perf", "duckdb");
    }
}
