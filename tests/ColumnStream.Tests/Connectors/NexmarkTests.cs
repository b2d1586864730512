using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sources;
using ColumnStream.Testing.Contracts;
using Xunit;

namespace ColumnStream.Tests.Connectors;

/// <summary>Goal: the benchmark's data is the official mix and the same for a seed. Method: count, and compare runs.</summary>
public sealed class NexmarkTests
{
    internal static Connector Connector => OptionTests.Find("nexmark");

    internal static TableSpec Bids { get; } = TableSpecs.Make(
        [
            ("auction", SqlType.BigInt), ("bidder", SqlType.BigInt), ("price", SqlType.BigInt),
            ("channel", SqlType.String), ("url", SqlType.String), ("dateTime", SqlType.Timestamp(3)),
            ("extra", SqlType.String),
        ],
        ("connector", "nexmark"),
        ("nexmark.table", "bid"),
        ("nexmark.events", "100000"));

    internal static TableSpec Auctions { get; } = TableSpecs.Make(
        [
            ("id", SqlType.BigInt), ("itemName", SqlType.String), ("description", SqlType.String),
            ("initialBid", SqlType.BigInt), ("reserve", SqlType.BigInt), ("date_time", SqlType.TimestampLtz(3)),
            ("expires", SqlType.Timestamp(6)), ("seller", SqlType.BigInt), ("category", SqlType.BigInt),
            ("extra", SqlType.String),
        ],
        ("connector", "nexmark"),
        ("nexmark.table", "auction"),
        ("nexmark.events", "100000"));

    internal static TableSpec Persons { get; } = TableSpecs.Make(
        [
            ("id", SqlType.BigInt), ("name", SqlType.String), ("emailAddress", SqlType.String),
            ("creditCard", SqlType.String), ("city", SqlType.String), ("state", SqlType.String),
            ("dateTime", SqlType.Timestamp(3)), ("extra", SqlType.String),
        ],
        ("connector", "nexmark"),
        ("nexmark.table", "person"),
        ("nexmark.events", "100000"));

    [Fact]
    public void Of_fifty_events_one_is_a_person_three_are_auctions_the_rest_bids()
    {
        Assert.Equal(92_000, Read(Bids, projection: []).Count);
        Assert.Equal(6_000, Read(Auctions, projection: []).Count);
        Assert.Equal(2_000, Read(Persons, projection: []).Count);
        Assert.Equal(12, Read(Bids.With(("nexmark.events", "16")), projection: []).Count);
        Assert.Equal(["1000", "1001", "1002"], Read(Auctions, [0]).Take(3));
        Assert.Equal(["1000", "1001"], Read(Persons, [0]).Take(2));
    }

    [Fact]
    public void Event_time_follows_the_rate_from_the_base_time()
    {
        List<string> times = Read(Bids.With(("nexmark.events-per-second", "1000")), [5]);
        Assert.Equal("2015-07-15 00:00:00.004", times[0]);
        Assert.Equal("2015-07-15 00:01:39.999", times[^1]);
        Assert.Equal(times.Order(StringComparer.Ordinal), times);
        TableSpec aliased = Bids.With(("first-event.rate", "1000"), ("base-time", "0"), ("events.num", "50"));
        var options = ValueList.From(aliased.Options.Where(option => option.Key != "nexmark.events"));
        List<string> aliases = Read(aliased with { Options = options }, [5]);
        Assert.Equal("1970-01-01 00:00:00.049", aliases[^1]);
    }

    [Fact]
    public void Half_of_the_bids_go_to_a_hot_auction_and_three_quarters_come_from_a_hot_bidder()
    {
        string[][] bids = [.. Read(Bids, [0, 1, 2, 3]).Select(row => row.Split(", "))];
        double hotAuctions = bids.Count(bid => Number(bid[0]) % 100 == 0) / (double)bids.Length;
        double hotBidders = bids.Count(bid => Number(bid[1]) % 100 == 1) / (double)bids.Length;
        double hotChannels = bids.Count(bid => !bid[3].StartsWith("channel-", StringComparison.Ordinal)) / (double)bids.Length;
        Assert.InRange(hotAuctions, 0.49, 0.52);
        Assert.InRange(hotBidders, 0.74, 0.77);
        Assert.InRange(hotChannels, 0.49, 0.51);
        double[] prices = [.. bids.Select(bid => (double)Number(bid[2]))];
        Assert.InRange(prices.Min(), 100, 110);
        Assert.InRange(prices.Max(), 95_000_000, 100_000_000);
        Assert.InRange(prices.Average(price => Math.Log10(price / 100)), 2.97, 3.03);
        Assert.InRange(bids.Select(bid => Number(bid[0])).Max(), 6_900, 7_009);
        int sellers = Read(Auctions, [7]).Count(seller => Number(seller) % 100 == 0);
        Assert.InRange(sellers / 6000.0, 0.72, 0.79);
    }

    [Fact]
    public void Text_has_the_benchmarks_form()
    {
        List<string> bids = Read(Bids.With(("nexmark.events", "2000")), [3, 4, 6]);
        Assert.All(bids, bid => Assert.Matches(
            "^(Google|Facebook|Baidu|Apple|channel-[0-9]{1,4}), https://www.nexmark.com/[a-z_]{3,4}/[a-z_]{3,4}/[a-z_]{3,4}/"
            + "item.htm\\?query=1(&channel_id=[0-9]+)?, [a-z]{54,81}$",
            bid));
        Assert.All(Read(Persons, [1, 2, 3, 4, 5]), person => Assert.Matches(
            "^[A-Z][a-z]+ [A-Z][a-z]+, [a-z]{3,6}@[a-z]{3,4}\\.com, ([0-9]{4} ){3}[0-9]{4}, [A-Z][A-Za-z ]+, [A-Z]{2}$",
            person));
        Assert.All(Read(Auctions, [3, 4, 8]), auction =>
        {
            string[] values = auction.Split(", ");
            Assert.True(Number(values[1]) >= Number(values[0]) + 100);
            Assert.InRange(Number(values[2]), 10, 14);
        });
        Assert.All(Read(Auctions, [5, 6]), auction =>
        {
            string[] values = auction.Split(", ");
            Assert.True(string.CompareOrdinal(values[0][..^1], values[1]) < 0, auction);
        });
    }

    [Fact]
    public void A_seed_gives_the_same_events_and_another_seed_others()
    {
        List<string> rows = Read(Bids, [0, 1, 2]);
        Assert.Equal(rows, Read(Bids, [0, 1, 2]));
        Assert.NotEqual(rows, Read(Bids.With(("nexmark.seed", "43")), [0, 1, 2]));
    }

    [Fact]
    public void Splits_hold_the_same_events_and_are_read_evenly()
    {
        TableSpec split = Bids.With(("nexmark.splits", "3"));
        var rows = new List<string>();
        for (int subtask = 0; subtask < 2; subtask++)
        {
            using var run = new SourceRun(Connector, split, projection: [0, 1, 2, 5], subtask: subtask, parallelism: 2);
            rows.AddRange(run.ReadAll());
        }

        using var whole = new SourceRun(Connector, Bids, projection: [0, 1, 2, 5]);
        Assert.Equal(whole.ReadAll().Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
        using var other = new SourceRun(Connector, Bids);
        using var three = new SourceRun(Connector, split);
        var error = Assert.Throws<UserException>(() => other.Reader.Restore(three.Reader.Snapshot()));
        Assert.Equal(3114, error.Code);
    }

    [Fact]
    public void All_events_come_as_rows_of_their_kind()
    {
        TableSpec all = TableSpecs.Make(
            [
                ("event_type", SqlType.Integer),
                ("person", Row(Persons)),
                ("auction", Row(Auctions)),
                ("bid", Row(Bids)),
            ],
            ("connector", "nexmark"),
            ("nexmark.events", "500"));
        List<string> rows = Read(all, [0, 1, 2, 3]);
        Assert.Equal(500, rows.Count);
        string[] kinds = [.. rows.Select(row => row[..1])];
        Assert.Equal("0111222", string.Concat(kinds.Take(7)));
        List<string> bids = Read(Bids.With(("nexmark.events", "500")), [0, 1, 2, 3, 4, 5, 6]);
        Assert.Equal(bids.Select(row => $"2, null, null, ({row})"), rows.Where(row => row[0] == '2'));
        List<string> persons = Read(Persons.With(("nexmark.events", "500")), [0, 1, 2, 3, 4, 5, 6, 7]);
        Assert.Equal(persons.Select(row => $"0, ({row}), null, null"), rows.Where(row => row[0] == '0'));
    }

    [Fact]
    public void A_column_that_does_not_exist_or_has_a_wrong_type_is_named()
    {
        (string, string)[] options = [("connector", "nexmark"), ("nexmark.table", "bid")];
        TableSpec name = TableSpecs.Make([("prise", SqlType.BigInt)], options);
        var error = Assert.Throws<UserException>(() => Connector.Validate(name, forRead: true));
        Assert.Contains("bid': prise", error.Message, StringComparison.Ordinal);
        TableSpec type = TableSpecs.Make([("price", SqlType.String)], options);
        error = Assert.Throws<UserException>(() => Connector.Validate(type, forRead: true));
        Assert.Contains("price STRING. Expected BIGINT", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_per_second_follow_the_clock()
    {
        var clock = new ManualClock();
        using var run = new SourceRun(Connector, Bids.With(("nexmark.rows-per-second", "1000")), time: clock);
        var rows = new List<string>();
        Assert.Equal(SourcePoll.Idle, run.Poll(rows));
        Assert.Equal(TimeSpan.FromMilliseconds(10), run.Delay);
        for (int i = 0; i < 100; i++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(10));
            rows.AddRange(run.ReadAll());
        }

        Assert.Equal(1000, rows.Count);
    }

    private static SqlType Row(TableSpec table) => SqlType.Row(table.Columns);

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static List<string> Read(TableSpec table, int[] projection)
    {
        using var run = new SourceRun(Connector, table, projection: projection);
        return [.. run.ReadAll().Select(row => row[3..^1])];
    }
}
