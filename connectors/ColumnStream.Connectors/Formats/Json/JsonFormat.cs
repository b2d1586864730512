using System.Collections.Generic;
using ColumnStream.Engine.Options;

namespace ColumnStream.Connectors.Formats.Json;

/// <summary>Reads and writes one JSON object a line.</summary>
internal sealed class JsonFormat : Format
{
    private const string Prefix = "json";

    /// <inheritdoc/>
    public override string Name => Prefix;

    /// <inheritdoc/>
    public override IReadOnlyList<OptionDefinition> Options { get; } = JsonOptions.Definitions(Prefix);

    /// <inheritdoc/>
    public override string FileExtension => ".jsonl";

    /// <inheritdoc/>
    public override void Validate(FormatContext context)
    {
        if (!JsonOptions.Read(context, Prefix).KeysAsText)
        {
            JsonTypes.Check(context);
        }
    }

    /// <inheritdoc/>
    public override BlockDecoder CreateBlockDecoder(FormatContext context)
    {
        JsonTypes.Check(context);
        return new JsonDecoder(context, JsonOptions.Read(context, Prefix));
    }

    /// <inheritdoc/>
    public override RowEncoder CreateEncoder(FormatContext context)
    {
        Validate(context);
        return new JsonEncoder(context, JsonOptions.Read(context, Prefix));
    }
}
