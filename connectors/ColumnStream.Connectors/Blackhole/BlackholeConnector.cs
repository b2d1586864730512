using System.Collections.Generic;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sinks;

namespace ColumnStream.Connectors.Blackhole;

/// <summary>Swallows every row of every kind: what remains is the cost of the query.</summary>
internal sealed class BlackholeConnector : Connector
{
    /// <inheritdoc/>
    public override string Name => "blackhole";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionDefinition> Options { get; } =
    [
        new("property-version", OptionKind.Integer, null, "Ignored."),
        new(
            "sink.changelog-mode", OptionKind.Choice, "retract", "Row kinds that the sink takes: upsert by the primary key.",
            Values: "insert|upsert|retract"),
        DeliveryOption.AtLeastOnce,
    ];

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override void Validate(TableSpec table, bool forRead) =>
        DeliveryOption.Check(new OptionReader(table, Options), Name, "which keeps nothing");

    /// <inheritdoc/>
    public override ChangelogMode SinkChangelog(TableSpec table) =>
        new OptionReader(table, Options).ChangelogMode("sink.changelog-mode");

    /// <inheritdoc/>
    public override SinkDelivery? Delivery(TableSpec table) => new(SinkClass.Append, "rows are dropped", IsSeen: false);

    /// <inheritdoc/>
    public override SinkInstance CreateSink(SinkContext context) => new(new BlackholeSink(), null);

    private sealed class BlackholeSink : SinkWriter
    {
        /// <inheritdoc/>
        public override void Write(StreamBatch batch)
        {
        }

        /// <inheritdoc/>
        public override void Flush()
        {
        }
    }
}
