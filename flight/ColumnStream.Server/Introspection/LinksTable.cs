using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Runtime.Transport;

namespace ColumnStream.Server.Introspection;

/// <summary>Is <c>sys.links</c>: one row a node that this process reads exchanges from, and one for all that read from it, a transport.</summary>
/// <remarks>
/// transport: as in exchange.transport · endpoint: the node that is read from · role: consumer reads there, producer is read from ·
/// links, channels: open now · frames, bytes: so far · credit_waits: how often a producer found no credit · connects: links opened so far ·
/// lost_links: by failures · checksum_errors: frames changed on their way.
/// </remarks>
internal sealed class LinksTable(Func<IReadOnlyList<(string Transport, LinkMetrics Metrics)>> links) : SystemTable
{
    /// <inheritdoc/>
    public override string Name => "links";

    /// <inheritdoc/>
    public override string Doc => "Lists what exchanges of jobs that lead over a transport moved between nodes.";

    /// <inheritdoc/>
    public override ValueList<SqlField> Columns { get; } =
    [
        new("transport", SystemTypes.Text), new("endpoint", SystemTypes.Text), new("role", SystemTypes.Text),
        new("links", SystemTypes.Number), new("channels", SystemTypes.Number), new("frames", SystemTypes.Number),
        new("bytes", SystemTypes.Number), new("credit_waits", SystemTypes.Number), new("connects", SystemTypes.Number),
        new("lost_links", SystemTypes.Number), new("checksum_errors", SystemTypes.Number),
    ];

    /// <inheritdoc/>
    public override IEnumerable<object?[]> Rows() => links().Select(link => new object?[]
    {
        link.Transport, link.Metrics.Endpoint, link.Metrics.IsConsumer ? "consumer" : "producer",
        (long)link.Metrics.Links, (long)link.Metrics.Channels, link.Metrics.Frames, link.Metrics.Bytes, link.Metrics.CreditWaits,
        link.Metrics.Connects, link.Metrics.LostLinks, link.Metrics.ChecksumErrors,
    });
}
