using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Types;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Types;
using ColumnStream.Connectors;
using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Microbench.Formats;

/// <summary>Makes the measured files in a temporary folder: real data repeated, and bids of the Nexmark generator.</summary>
internal sealed class FormatData : IDisposable
{
    private const int RowLimit = 4096;
    private readonly BufferAllocator _allocator;
    private readonly int _targetBytes;
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"columnstream-formats-{Environment.ProcessId}");

    public FormatData(BufferAllocator allocator, int targetBytes)
    {
        _allocator = allocator;
        _targetBytes = targetBytes;
        Directory.CreateDirectory(_folder);
        Make();
    }

    /// <summary>Gets the files, JSON before CSV.</summary>
    public List<FormatFile> Files { get; } = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static SqlField Field(string name, SqlType type) => new(name, type);

    private void Make()
    {
        SqlType text = SqlType.String;
        SqlType time = SqlType.Timestamp(3);
        SqlField[] flights =
        [
            Field("departure", time), Field("delay", SqlType.BigInt), Field("distance", SqlType.BigInt), Field("origin", text),
            Field("destination", text),
        ];
        SqlField[] quakes =
        [
            Field("id", text), Field("mag", SqlType.Double), Field("mag_type", text), Field("place", text),
            Field("event_time", time), Field("updated", time), Field("net", text), Field("status", text),
            Field("tsunami", SqlType.Boolean), Field("felt", SqlType.BigInt), Field("longitude", SqlType.Double),
            Field("latitude", SqlType.Double), Field("depth_km", SqlType.Double),
        ];
        SqlField[] features =
        [
            Field("type", text), Field("id", text), Field("properties", SqlType.Row([.. quakes[1..10]])),
            Field("geometry", SqlType.Row([Field("type", text), Field("coordinates", SqlType.Array(SqlType.Double))])),
        ];
        SqlField[] bids =
        [
            Field("auction", SqlType.BigInt), Field("bidder", SqlType.BigInt), Field("price", SqlType.BigInt),
            Field("channel", text), Field("url", text), Field("dateTime", time), Field("extra", text),
        ];
        SqlField[] airports =
        [
            Field("iata", text), Field("name", text), Field("city", text), Field("state", text), Field("country", text),
            Field("latitude", SqlType.Double), Field("longitude", SqlType.Double),
        ];
        byte[] flightLines = File.ReadAllBytes(Example("flights.jsonl"));
        byte[] quakeLines = File.ReadAllBytes(Example("earthquakes.jsonl"));
        byte[] airportLines = File.ReadAllBytes(Example("airports.csv"));
        airportLines = airportLines[(Array.IndexOf(airportLines, (byte)'\n') + 1)..];
        List<RecordBatch> bidRows = Bids(bids);
        Add("flights", "json", flights, flightLines);
        Add("earthquakes", "json", quakes, quakeLines);
        Add("earthquakes, nested", "json", features, Nest(quakeLines));
        Add("bids", "json", bids, Text("json", bids, bidRows));
        Add("airports", "csv", airports, airportLines);
        Add("flights", "csv", flights, Convert(flights, flightLines));
        Add("earthquakes", "csv", quakes, Convert(quakes, quakeLines));
        Add("bids", "csv", bids, Text("csv", bids, bidRows));
        bidRows.ForEach(batch => batch.Release());
    }

    /// <summary>Turns the flat lines into GeoJSON features.</summary>
    private static byte[] Nest(byte[] lines)
    {
        var text = new StringBuilder();
        foreach (string line in Encoding.UTF8.GetString(lines).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int properties = line.IndexOf(",\"mag\":", StringComparison.Ordinal);
            int geometry = line.IndexOf(",\"longitude\":", StringComparison.Ordinal);
            string coordinates = line[geometry..^1].Replace(",\"longitude\":", string.Empty, StringComparison.Ordinal)
                .Replace("\"latitude\":", string.Empty, StringComparison.Ordinal)
                .Replace("\"depth_km\":", string.Empty, StringComparison.Ordinal);
            text.Append("{\"type\":\"Feature\",").Append(line, 1, properties - 1).Append(",\"properties\":{")
                .Append(line, properties + 1, geometry - properties - 1)
                .Append("},\"geometry\":{\"type\":\"Point\",\"coordinates\":[").Append(coordinates).Append("]}}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private void Add(string name, string format, SqlField[] columns, byte[] piece)
    {
        string path = Path.Combine(_folder, $"{Files.Count}.{format}");
        int times = Math.Max(1, _targetBytes / piece.Length);
        using (FileStream file = File.Create(path))
        {
            for (int i = 0; i < times; i++)
            {
                file.Write(piece);
            }
        }

        Files.Add(new FormatFile(name, format, path, columns, (long)piece.Length * times));
    }

    private List<RecordBatch> Bids(SqlField[] columns)
    {
        const int Events = 150_000;
        var table = new TableSpec(
            "bid",
            "nexmark",
            ValueList.From(columns),
            [
                new TableOption("connector", "nexmark"),
                new TableOption("nexmark.table", "bid"),
                new TableOption("nexmark.events", Events.ToString(CultureInfo.InvariantCulture)),
            ],
            PrimaryKey: default,
            PartitionedBy: default,
            Location: "bench");
        var context = new SourceContext(
            table, [0, 1, 2, 3, 4, 5, 6], _allocator, TimeProvider.System, new Random(42), 0, 1, RowLimit, IsBatch: false);
        var batches = new List<RecordBatch>();
        foreach (var connector in ConnectorTable.Create(TextWriter.Null, TextWriter.Null))
        {
            if (connector.Name == "nexmark")
            {
                using SourceReader reader = connector.CreateReader(context);
                while (reader.Poll(out StreamBatch? batch) == SourcePoll.Batch)
                {
                    batches.Add(batch!.Rows.Retain());
                    batch.Release();
                }
            }
        }

        return batches;
    }

    /// <summary>Turns JSON lines into CSV.</summary>
    private byte[] Convert(SqlField[] columns, byte[] json)
    {
        using BlockDecoder decoder = FormatTable.Get("json").CreateBlockDecoder(Context(columns));
        var batches = new List<RecordBatch>();
        using var stream = new MemoryStream(json);
        FormatReading.Read(decoder, space => stream.Read(space), batches);
        byte[] csv = Text("csv", columns, batches);
        batches.ForEach(batch => batch.Release());
        return csv;
    }

    private byte[] Text(string format, SqlField[] columns, List<RecordBatch> batches)
    {
        using RowEncoder encoder = FormatTable.Get(format).CreateEncoder(Context(columns));
        using var output = new OutputBuffer(_allocator);
        using var stream = new MemoryStream();
        foreach (RecordBatch batch in batches)
        {
            var rows = new StreamBatch(batch.Retain());
            encoder.Encode(rows, output);
            rows.Release();
            output.Drain(stream);
        }

        return stream.ToArray();
    }

    private FormatContext Context(SqlField[] columns) =>
        FormatContext.AllColumns("t", ValueList.From(columns), default, _allocator);

    private static string Example(string name)
    {
        string folder = AppContext.BaseDirectory;
        while (!Directory.Exists(Path.Combine(folder, "examples", "data")))
        {
            folder = Path.GetDirectoryName(folder.TrimEnd('/')) ?? throw new DirectoryNotFoundException("examples/data");
        }

        return Path.Combine(folder, "examples", "data", name);
    }
}
