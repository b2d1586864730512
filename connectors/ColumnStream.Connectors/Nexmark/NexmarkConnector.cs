using System;
using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Connectors.Nexmark;

/// <summary>Generates the Nexmark auction benchmark: official proportions and hot ratios, deterministic by seed.</summary>
internal sealed class NexmarkConnector : Connector
{
    /// <inheritdoc/>
    public override string Name => "nexmark";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionDefinition> Options { get; } =
    [
        new("nexmark.table", OptionKind.Choice, null,
            "Which events; without it all, with event_type, person, auction and bid.", Values: "bid|auction|person"),
        new("nexmark.events", OptionKind.Integer, "0", "Events of all three kinds; 0 means without end."),
        new("nexmark.events-per-second", OptionKind.Integer, "10000", "Events of all kinds in a second of event time."),
        new("nexmark.rows-per-second", OptionKind.Number, "0", "Rows in a second of real time; 0 means as fast as possible."),
        new("nexmark.seed", OptionKind.Integer, "42", "Seed; the same seed gives the same events."),
        new("nexmark.base-time", OptionKind.Text, "2015-07-15 00:00:00", "Event time of the first event."),
        new("nexmark.splits", OptionKind.Integer, "1", "Parts that can be read in parallel."),
        new("events.num", OptionKind.Integer, null, "The same as nexmark.events."),
        new("first-event.rate", OptionKind.Integer, null, "The same as nexmark.events-per-second."),
        new("next-event.rate", OptionKind.Integer, null, "Must equal first-event.rate: the rate is constant."),
        new("base-time", OptionKind.Text, null, "The same as nexmark.base-time."),
    ];

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override void Validate(TableSpec table, bool forRead)
    {
        var options = new OptionReader(table, Options);
        Config(options);
        NexmarkColumn.Bind(table, Table(options));
    }

    /// <inheritdoc/>
    public override bool IsBounded(TableSpec table) => Config(new OptionReader(table, Options)).Events > 0;

    /// <inheritdoc/>
    public override SourceReader CreateReader(SourceContext context)
    {
        var options = new OptionReader(context.Table, Options);
        return new NexmarkSource(context, Config(options), Table(options), options.Number("nexmark.rows-per-second"));
    }

    private static NexmarkTable Table(OptionReader options) =>
        !options.Has("nexmark.table") ? NexmarkTable.Unified : options.Choice("nexmark.table") switch
        {
            "bid" => NexmarkTable.Bid,
            "auction" => NexmarkTable.Auction,
            _ => NexmarkTable.Person,
        };

    private static NexmarkConfig Config(OptionReader options)
    {
        string rateKey = Given(options, "nexmark.events-per-second", "first-event.rate");
        long rate = options.Integer(rateKey, 1, 1_000_000_000);
        if (options.Has("next-event.rate") && options.Integer("next-event.rate") != rate)
        {
            throw options.Invalid("next-event.rate", $"the value of '{rateKey}', {rate}: the rate is constant");
        }

        if (options.Number("nexmark.rows-per-second") < 0)
        {
            throw options.Invalid("nexmark.rows-per-second", "a number, at least 0");
        }

        string timeKey = Given(options, "nexmark.base-time", "base-time");
        return new NexmarkConfig(
            Seed: (ulong)options.Integer("nexmark.seed"),
            BaseTimeMs: BaseTime(options, timeKey),
            EventsPerSecond: rate,
            Events: options.Integer(Given(options, "nexmark.events", "events.num"), 0, NexmarkConfig.MaxEvents),
            Splits: (int)options.Integer("nexmark.splits", 1, 1024));
    }

    private static string Given(OptionReader options, string key, string alias)
    {
        if (options.Has(key) && options.Has(alias))
        {
            throw options.Error(3111, $"Option is given twice: '{key}' and '{alias}'.");
        }

        return options.Has(alias) ? alias : key;
    }

    private static long BaseTime(OptionReader options, string key)
    {
        string text = options.Text(key);
        if (OptionValue.TryParseInteger(text, out long milliseconds) && Math.Abs(milliseconds) < 1L << 50)
        {
            return milliseconds;
        }

        const DateTimeStyles Styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Styles, out DateTimeOffset time))
        {
            return time.ToUnixTimeMilliseconds();
        }

        throw options.Invalid(key, "a time such as 2015-07-15 00:00:00, or milliseconds since 1970");
    }
}
