using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Connectors.Files;

/// <summary>Reads container files, whose positions are rows.</summary>
internal sealed class ContainerCursor(FileDecoder decoder) : FileCursor
{
    /// <inheritdoc/>
    public override StreamBatch? Read() => decoder.Read() is { } batch ? new StreamBatch(batch) : null;

    /// <inheritdoc/>
    public override FilePosition Save(bool done)
    {
        long bytes = Content!.Length;
        return new FilePosition(decoder.Position, 1, bytes, Content.Check(bytes), done);
    }

    private protected override void Begin(string name, FilePosition position) =>
        decoder.Begin(name, Content!.OpenStream(), position.Offset);

    private protected override void Release() => decoder.Dispose();
}
