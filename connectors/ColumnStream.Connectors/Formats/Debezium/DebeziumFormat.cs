using System.Collections.Generic;
using ColumnStream.Connectors.Formats.Json;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Options;

namespace ColumnStream.Connectors.Formats.Debezium;

/// <summary>Writes changes as Debezium envelopes: <c>{"before":…,"after":…,"op":"c"}</c>.</summary>
internal sealed class DebeziumFormat : Format
{
    private const string Prefix = "debezium-json";

    /// <inheritdoc/>
    public override string Name => Prefix;

    /// <inheritdoc/>
    public override IReadOnlyList<OptionDefinition> Options { get; } = JsonOptions.Definitions(Prefix);

    /// <inheritdoc/>
    public override string FileExtension => ".jsonl";

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override ChangelogMode WriteChangelog => ChangelogMode.Retract;

    /// <inheritdoc/>
    public override void Validate(FormatContext context) => JsonOptions.Read(context, Prefix);

    /// <inheritdoc/>
    public override RowEncoder CreateEncoder(FormatContext context) =>
        new DebeziumEncoder(context, JsonOptions.Read(context, Prefix));
}
