using System;
using System.Buffers.Text;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Nexmark.Data;

/// <summary>Holds the bids of a Nexmark run in memory, made by the nexmark connector: seed 42, 10,000 events a second.</summary>
internal sealed class Dataset : IDisposable
{
    public const int BatchRows = 4096;

    private static readonly ValueList<SqlField> s_columns =
    [
        new("auction", SqlType.BigInt),
        new("bidder", SqlType.BigInt),
        new("price", SqlType.BigInt),
        new("channel", SqlType.String),
        new("dateTime", SqlType.Timestamp(3)),
    ];

    private Dataset(long events, List<RecordBatch> batches)
    {
        Events = events;
        Batches = batches;
        foreach (RecordBatch batch in batches)
        {
            Rows += batch.Length;
        }
    }

    /// <summary>Gets the events of all kinds that the bids are part of; what costs are divided by.</summary>
    public long Events { get; }

    /// <summary>Gets the number of bids.</summary>
    public long Rows { get; }

    /// <summary>Gets the bids, 4,096 a batch, in the order of event time.</summary>
    public IReadOnlyList<RecordBatch> Batches { get; }

    /// <summary>Finds a column by name, or -1.</summary>
    public static int IndexOf(string name)
    {
        for (int i = 0; i < s_columns.Count; i++)
        {
            if (s_columns[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Makes the bids among the first <paramref name="events"/> events.</summary>
    public static Dataset Generate(long events, BufferAllocator allocator)
    {
        var table = new TableSpec(
            "bid",
            "nexmark",
            s_columns,
            [
                new TableOption("connector", "nexmark"),
                new TableOption("nexmark.table", "bid"),
                new TableOption("nexmark.events", events.ToString(CultureInfo.InvariantCulture)),
                new TableOption("nexmark.events-per-second", "10000"),
                new TableOption("nexmark.seed", "42"),
            ],
            PrimaryKey: default,
            PartitionedBy: default,
            Location: "harness");
        var context = new SourceContext(
            table, [0, 1, 2, 3, 4], allocator, TimeProvider.System, new Random(42), 0, 1, BatchRows, IsBatch: false);
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

        return new Dataset(events, batches);
    }

    /// <summary>Writes the bids as CSV for DuckDB, times in milliseconds since 1970.</summary>
    public void WriteCsv(string path)
    {
        using FileStream file = File.Create(path, 1 << 20);
        byte[] line = new byte[256];
        foreach (RecordBatch batch in Batches)
        {
            var channel = (ViewArray)batch.Columns[3];
            for (int row = 0; row < batch.Length; row++)
            {
                int at = 0;
                for (int column = 0; column < batch.Columns.Length; column++)
                {
                    if (column == 3)
                    {
                        ReadOnlySpan<byte> text = channel.GetBytes(row);
                        text.CopyTo(line.AsSpan(at));
                        at += text.Length;
                    }
                    else
                    {
                        long value = ((FixedWidthArray)batch.Columns[column]).Values<long>()[row];
                        Utf8Formatter.TryFormat(value, line.AsSpan(at), out int written);
                        at += written;
                    }

                    line[at++] = (byte)(column == batch.Columns.Length - 1 ? '\n' : ',');
                }

                file.Write(line, 0, at);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (RecordBatch batch in Batches)
        {
            batch.Release();
        }
    }
}
