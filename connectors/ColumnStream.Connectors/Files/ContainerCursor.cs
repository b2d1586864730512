using System.IO;
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
        long bytes = RandomAccess.GetLength(Handle!);
        return new FilePosition(decoder.Position, 1, bytes, Checksum.OfTail(Handle!, bytes), done);
    }

    private protected override void Begin(string name, FilePosition position)
    {
        FileStream content = FileErrors.Guard(
            "read",
            name,
            () => new FileStream(name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1));
        decoder.Begin(name, content, position.Offset);
    }

    private protected override void Release() => decoder.Dispose();
}
