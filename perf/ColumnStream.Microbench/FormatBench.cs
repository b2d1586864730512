using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Text.Json;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Connectors;
using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Microbench;

/// <summary>Times reading and writing of text formats from memory, beside the platform's JSON reader in the same run.</summary>
internal static class FormatBench
{
    private const int Rounds = 7;

    public static void Run()
    {
        using var pool = new SizeClassPool();
        using var allocator = new BufferAllocator("bench", pool);
        byte[] flights = Repeat(File.ReadAllBytes(Data("flights.jsonl")), 5);
        Measure(
            "flights", "json", flights, allocator, [], ("departure", SqlType.Timestamp(3)), ("delay", SqlType.BigInt),
            ("distance", SqlType.BigInt), ("origin", SqlType.String), ("destination", SqlType.String));
        byte[] quakes = Repeat(File.ReadAllBytes(Data("earthquakes.jsonl")), 20);
        Measure(
            "earthquakes", "json", quakes, allocator, [], ("id", SqlType.String), ("mag", SqlType.Double),
            ("mag_type", SqlType.String), ("place", SqlType.String), ("event_time", SqlType.Timestamp(3)),
            ("updated", SqlType.Timestamp(3)), ("net", SqlType.String), ("status", SqlType.String),
            ("tsunami", SqlType.Boolean), ("felt", SqlType.BigInt), ("longitude", SqlType.Double),
            ("latitude", SqlType.Double), ("depth_km", SqlType.Double));
        Measure(
            "bids", "json", MakeBids(), allocator, [], ("auction", SqlType.BigInt), ("bidder", SqlType.BigInt),
            ("price", SqlType.BigInt), ("channel", SqlType.String), ("url", SqlType.String),
            ("dateTime", SqlType.Timestamp(3)), ("extra", SqlType.String));
        byte[] airports = File.ReadAllBytes(Data("airports.csv"));
        airports = Repeat(airports[(Array.IndexOf(airports, (byte)'\n') + 1)..], 40);
        Measure(
            "airports", "csv", airports, allocator, [], ("iata", SqlType.String), ("name", SqlType.String),
            ("city", SqlType.String), ("state", SqlType.String), ("country", SqlType.String),
            ("latitude", SqlType.Double), ("longitude", SqlType.Double));
    }

    private static void Measure(
        string name, string formatName, byte[] bytes, BufferAllocator allocator, TableOption[] options,
        params (string Name, SqlType Type)[] columns)
    {
        Format format = FormatTable.Get(formatName);
        var fields = ValueList.From(Array.ConvertAll(columns, c => new SqlField(c.Name, c.Type)));
        var context = FormatContext.AllColumns(name, fields, ValueList.From(options), allocator);
        using BlockDecoder decoder = format.CreateBlockDecoder(context);
        long rows = 0;
        var batches = new List<RecordBatch>();
        Read(decoder, bytes, batches);
        (double read, double readBytes) = Best(() => rows = Read(decoder, bytes, null));
        using RowEncoder encoder = format.CreateEncoder(context);
        using var output = new OutputBuffer(allocator);
        long written = 0;
        (double write, double writeBytes) = Best(() => written = Write(encoder, output, batches));
        Print($"{name}: {formatName} reader", read, bytes.Length, rows, readBytes);
        if (formatName == "json")
        {
            var names = Array.ConvertAll(columns, c => Encoding.UTF8.GetBytes(c.Name));
            (double platform, double platformBytes) = Best(() => Utf8Reader(bytes, names));
            Print($"{name}: Utf8JsonReader", platform, bytes.Length, rows, platformBytes);
            Console.WriteLine($"{name}: ratio {platform / read:F2}");
        }

        Print($"{name}: {formatName} writer", write, written, rows, writeBytes);
        batches.ForEach(batch => batch.Release());
    }

    private static void Print(string name, double nanoseconds, long bytes, long rows, double allocated) => Console.WriteLine(
        $"{name,-32} {bytes / nanoseconds,6:F2} GB/s {nanoseconds / rows,7:F1} ns/row {allocated / rows,6:F2} managed B/row");

    private static (double Nanoseconds, double Bytes) Best(Action once)
    {
        double best = double.MaxValue;
        double bytes = 0;
        for (int i = 0; i < Rounds; i++)
        {
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            long start = ThreadClock.Nanoseconds();
            once();
            best = Math.Min(best, ThreadClock.Nanoseconds() - start);
            bytes = GC.GetAllocatedBytesForCurrentThread() - allocated;
        }

        return (best, bytes);
    }

    private static long Read(BlockDecoder decoder, byte[] bytes, List<RecordBatch>? keep)
    {
        long rows = 0;
        int at = 0;
        decoder.Begin("bench");
        while (true)
        {
            DecodeStatus status = decoder.Decode();
            if (status == DecodeStatus.NeedInput && at < bytes.Length)
            {
                Span<byte> space = decoder.GetSpace();
                int count = Math.Min(space.Length, bytes.Length - at);
                bytes.AsSpan(at, count).CopyTo(space);
                decoder.Advance(count);
                at += count;
                continue;
            }

            if (status == DecodeStatus.NeedInput)
            {
                decoder.Complete();
                continue;
            }

            if (status == DecodeStatus.Error)
            {
                throw new InvalidDataException(decoder.Error.ToString());
            }

            if (decoder.TakeBatch() is { } batch)
            {
                rows += batch.Length;
                if (keep is null)
                {
                    batch.Release();
                }
                else
                {
                    keep.Add(batch);
                }
            }

            if (status == DecodeStatus.End)
            {
                return rows;
            }
        }
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

    /// <summary>Reads every token, guesses each key by its place and parses every number; text is not copied.</summary>
    private static void Utf8Reader(byte[] bytes, byte[][] names)
    {
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { AllowMultipleValues = true });
        int guess = 0;
        double sum = 0;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    guess = 0;
                    break;
                case JsonTokenType.PropertyName:
                    guess = reader.ValueTextEquals(names[guess]) ? (guess + 1) % names.Length : guess;
                    break;
                case JsonTokenType.Number:
                    sum += reader.TryGetInt64(out long integer) ? integer : reader.GetDouble();
                    break;
                default:
                    sum += reader.ValueSpan.Length;
                    break;
            }
        }

        GC.KeepAlive(sum);
    }

    private static byte[] MakeBids()
    {
        var random = new Random(42);
        var text = new StringBuilder();
        for (int i = 0; i < 40_000; i++)
        {
            var time = new DateTime(2024, 1, 1).AddMilliseconds(i * 10L);
            text.Append(
                CultureInfo.InvariantCulture,
                $"{{\"auction\":{1000 + random.Next(20_000)},\"bidder\":{1000 + random.Next(5000)},");
            text.Append(CultureInfo.InvariantCulture, $"\"price\":{random.Next(100, 10_000_000)},");
            text.Append(
                CultureInfo.InvariantCulture,
                $"\"channel\":\"channel-{random.Next(1000)}\",\"url\":\"https://www.nexmark.com/{random.Next():x8}/");
            text.Append(
                CultureInfo.InvariantCulture,
                $"{random.Next():x8}/item.htm?query=1&channel_id={random.Next():d10}\",");
            text.Append(
                CultureInfo.InvariantCulture,
                $"\"dateTime\":\"{time:yyyy-MM-dd HH:mm:ss.fff}\",\"extra\":\"");
            text.Append((char)('a' + (i % 26)), random.Next(20, 60)).Append("\"}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static byte[] Repeat(byte[] bytes, int times)
    {
        using var stream = new MemoryStream();
        for (int i = 0; i < times; i++)
        {
            stream.Write(bytes);
        }

        return stream.ToArray();
    }

    private static string Data(string name)
    {
        string folder = AppContext.BaseDirectory;
        while (!Directory.Exists(Path.Combine(folder, "examples", "data")))
        {
            folder = Path.GetDirectoryName(folder.TrimEnd('/')) ?? throw new DirectoryNotFoundException("examples/data");
        }

        return Path.Combine(folder, "examples", "data", name);
    }
}
