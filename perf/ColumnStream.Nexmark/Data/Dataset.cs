using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Connectors;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Nexmark.Data;

/// <summary>Holds the events of a Nexmark run in memory, made by the nexmark connector with seed 42.</summary>
internal sealed class Dataset : IDisposable
{
    public const int BatchRows = 4096;

    // The hand loops know auction, bidder, price, channel and dateTime by position.
    private static readonly ValueList<SqlField> s_bid =
    [
        new("auction", SqlType.BigInt), new("bidder", SqlType.BigInt), new("price", SqlType.BigInt),
        new("channel", SqlType.String), new("dateTime", SqlType.Timestamp(3)), new("url", SqlType.String),
        new("extra", SqlType.String),
    ];

    private static readonly ValueList<SqlField> s_auction =
    [
        new("id", SqlType.BigInt), new("itemName", SqlType.String), new("description", SqlType.String),
        new("initialBid", SqlType.BigInt), new("reserve", SqlType.BigInt), new("dateTime", SqlType.Timestamp(3)),
        new("expires", SqlType.Timestamp(3)), new("seller", SqlType.BigInt), new("category", SqlType.BigInt),
        new("extra", SqlType.String),
    ];

    private static readonly ValueList<SqlField> s_person =
    [
        new("id", SqlType.BigInt), new("name", SqlType.String), new("emailAddress", SqlType.String),
        new("creditCard", SqlType.String), new("city", SqlType.String), new("state", SqlType.String),
        new("dateTime", SqlType.Timestamp(3)), new("extra", SqlType.String),
    ];

    public Dataset(long events, EventTable[] tables)
    {
        Events = events;
        Tables = tables;
    }

    /// <summary>Gets the events of all kinds; what costs are divided by.</summary>
    public long Events { get; }

    /// <summary>Gets persons, auctions and bids.</summary>
    public IReadOnlyList<EventTable> Tables { get; }

    /// <summary>Gets the bids.</summary>
    public EventTable Bids => Tables[2];

    /// <summary>Makes the first <paramref name="events"/> events.</summary>
    public static Dataset Generate(long events, int eventsPerSecond, BufferAllocator allocator) => new(
        events,
        [
            Generate("person", s_person, events, eventsPerSecond, allocator),
            Generate("auction", s_auction, events, eventsPerSecond, allocator),
            Generate("bid", s_bid, events, eventsPerSecond, allocator),
        ]);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (EventTable table in Tables)
        {
            table.Dispose();
        }
    }

    private static EventTable Generate(
        string kind, ValueList<SqlField> columns, long events, int eventsPerSecond, BufferAllocator allocator)
    {
        var table = new TableSpec(
            kind,
            "nexmark",
            columns,
            [
                new TableOption("connector", "nexmark"),
                new TableOption("nexmark.table", kind),
                new TableOption("nexmark.events", events.ToString(CultureInfo.InvariantCulture)),
                new TableOption("nexmark.events-per-second", eventsPerSecond.ToString(CultureInfo.InvariantCulture)),
                new TableOption("nexmark.seed", "42"),
            ],
            PrimaryKey: default,
            PartitionedBy: default,
            Location: "harness");
        var context = new SourceContext(
            table, [.. Enumerable.Range(0, columns.Count)], allocator, TimeProvider.System, new Random(42), 0, 1, BatchRows,
            IsBatch: false);
        Connector connector = ConnectorTable.Create(TextWriter.Null, TextWriter.Null).First(c => c.Name == "nexmark");
        var batches = new List<RecordBatch>();
        using SourceReader reader = connector.CreateReader(context);
        while (reader.Poll(out StreamBatch? batch) == SourcePoll.Batch)
        {
            batches.Add(batch!.Rows.Retain());
            batch.Release();
        }

        return new EventTable(kind, columns, batches);
    }
}
