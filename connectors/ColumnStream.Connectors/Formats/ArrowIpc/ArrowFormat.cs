using System.Collections.Generic;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Engine.Options;

namespace ColumnStream.Connectors.Formats.ArrowIpc;

/// <summary>Reads and writes Arrow IPC: files with a footer, or streams.</summary>
internal sealed class ArrowFormat : Format
{
    /// <inheritdoc/>
    public override string Name => "arrow";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionDefinition> Options { get; } =
    [
        new("arrow.compression", OptionKind.Choice, "NONE", "Compresses bodies when writing.", Values: "NONE|LZ4|ZSTD"),
        new(
            "arrow.container", OptionKind.Choice, "file",
            "Writes a file with a footer, or a stream; reading tells them apart.", Values: "file|stream"),
    ];

    /// <inheritdoc/>
    public override string FileExtension => ".arrow";

    /// <inheritdoc/>
    public override bool IsContainer => true;

    /// <inheritdoc/>
    public override void Validate(FormatContext context)
    {
        Compression(context);
        IsStream(context);
        context.OutputSchema();
    }

    /// <inheritdoc/>
    public override FileDecoder CreateFileDecoder(FormatContext context) => new ArrowDecoder(context);

    /// <inheritdoc/>
    public override RowEncoder CreateEncoder(FormatContext context) =>
        new ArrowEncoder(context, Compression(context), IsStream(context));

    private IpcCompression Compression(FormatContext context) =>
        new FormatOptions(context, Options).Text("arrow.compression") switch
        {
            "LZ4" => IpcCompression.Lz4,
            "ZSTD" => IpcCompression.Zstd,
            _ => IpcCompression.None,
        };

    private bool IsStream(FormatContext context) => new FormatOptions(context, Options).Text("arrow.container") == "stream";
}
