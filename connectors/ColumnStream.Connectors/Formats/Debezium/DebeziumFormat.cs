using System.Collections.Generic;
using ColumnStream.Connectors.Formats.Json;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;

namespace ColumnStream.Connectors.Formats.Debezium;

/// <summary>Reads and writes changes as Debezium envelopes: <c>{"before":…,"after":…,"op":"c"}</c>.</summary>
internal sealed class DebeziumFormat : Format
{
    private const string Prefix = "debezium-json";
    private const string SchemaInclude = Prefix + ".schema-include";

    private static readonly HashSet<string> NotForEnvelopes =
    [
        $"{Prefix}.decode.json-parser.enabled", $"{Prefix}.encode.map-keys-as-text", $"{Prefix}.fail-on-missing-field",
        $"{Prefix}.validation",
    ];

    /// <inheritdoc/>
    public override string Name => Prefix;

    /// <inheritdoc/>
    public override IReadOnlyList<OptionDefinition> Options { get; } = Definitions();

    /// <inheritdoc/>
    public override string FileExtension => ".jsonl";

    /// <inheritdoc/>
    public override ChangelogMode ReadChangelog => ChangelogMode.Retract;

    /// <inheritdoc/>
    public override ChangelogMode WriteChangelog => ChangelogMode.Retract;

    /// <inheritdoc/>
    public override IReadOnlyList<MetadataKey> Metadata => EnvelopeMetadata.Keys;

    /// <inheritdoc/>
    public override void Validate(FormatContext context)
    {
        JsonOptions.Read(context, Prefix);
        JsonTypes.Check(context);
        IncludesSchema(context);
    }

    /// <inheritdoc/>
    public override BlockDecoder CreateBlockDecoder(FormatContext context) =>
        DebeziumDecoder.Create(context, JsonOptions.Read(context, Prefix), IncludesSchema(context));

    /// <inheritdoc/>
    public override RowEncoder CreateEncoder(FormatContext context) => IncludesSchema(context)
        ? throw new UserException(
            FormatErrors.BadOption, $"Option has a wrong value: '{SchemaInclude}' = 'true'; envelopes are written without schema.")
        : new DebeziumEncoder(context, JsonOptions.Read(context, Prefix));

    private bool IncludesSchema(FormatContext context) => new FormatOptions(context, Options).Boolean(SchemaInclude);

    private static List<OptionDefinition> Definitions()
    {
        var definitions = new List<OptionDefinition>();
        foreach (OptionDefinition definition in JsonOptions.Definitions(Prefix))
        {
            if (!NotForEnvelopes.Contains(definition.Key))
            {
                definitions.Add(definition);
            }
        }

        definitions.Add(
            new OptionDefinition(
                SchemaInclude, OptionKind.Boolean, "false", "Says that envelopes stand in a field payload, beside their schema."));
        return definitions;
    }
}
