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
        [new("property-version", OptionKind.Integer, null, "Ignored.")];

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override void Validate(TableSpec table, bool forRead) => _ = new OptionReader(table, Options);

    /// <inheritdoc/>
    public override ChangelogMode SinkChangelog(TableSpec table) => ChangelogMode.Retract;

    /// <inheritdoc/>
    public override SinkGuarantee Guarantee(TableSpec table) => SinkGuarantee.ExactlyOnce;

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
