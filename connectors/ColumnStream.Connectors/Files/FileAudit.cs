using System;
using System.Collections.Generic;
using System.IO;
using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Integrity;
using ColumnStream.Engine.Sinks;

namespace ColumnStream.Connectors.Files;

/// <summary>Reads back the parts of a table's folder: their bytes by checksum, their rows through the table's format.</summary>
internal sealed class FileAudit(SinkContext context, FileTableOptions options) : SinkAudit
{
    private readonly FileStore _store = FileStore.Of(options, context.OpenBucket);
    private readonly string _prefix = $"part-{FileSink.UidOf(context)}-";

    /// <summary>Gets whether reading gives back exactly what was written; CSV may write NULL and '' alike.</summary>
    private bool IsReversible => options.Format.Name is "json" or "arrow" or "debezium-json";

    /// <inheritdoc/>
    public override IReadOnlyList<VisiblePart> List()
    {
        List<VisiblePart> parts = _store.ListFolder(options.Path).ConvertAll(
            static file => new VisiblePart(Path.GetFileName(file.Name), file.Bytes));
        parts.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        return parts;
    }

    /// <inheritdoc/>
    public override bool IsOwn(string name) => name.StartsWith(_prefix, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override PartContent Read(string name, bool sums)
    {
        string path = BucketPath.Is(options.Path) ? $"{options.Path}/{name}" : Path.Combine(options.Path, name);
        uint crc;
        long bytes;
        using (FileContent content = _store.Open(path))
        {
            crc = Checksum.OfFile(content);
            bytes = content.Length;
        }

        if (!options.Format.CanRead)
        {
            return new PartContent(bytes, Checksum.ToText(crc), null, null, null);
        }

        try
        {
            RowTally rows = ReadRows(path, bytes, sums && IsReversible);
            return new PartContent(
                bytes, Checksum.ToText(crc), rows.Rows, rows.HasSums ? rows.Sum.ToString() : null, null);
        }
        catch (ColumnStreamException failure)
        {
            return new PartContent(bytes, Checksum.ToText(crc), null, null, failure.Message);
        }
    }

    private RowTally ReadRows(string path, long bytes, bool sums)
    {
        var tally = new RowTally(sums);
        var format = FormatContext.AllColumns(
            context.Table.Name, context.Table.Columns, context.Table.Options, context.Allocator);
        using FileCursor cursor = options.Format.IsContainer
            ? new ContainerCursor(options.Format.CreateFileDecoder(format))
            : new LineCursor(
                options.Format.CreateBlockDecoder(format),
                grows: false,
                static error => new UserException(FormatErrors.BadRecord, error.ToString()),
                static (_, _) => { });
        cursor.Open(_store, new FileSplit(new FileName(path, bytes), FilePosition.Start));
        while (cursor.Read() is { } batch)
        {
            tally.Add(batch);
            batch.Release();
        }

        return tally;
    }
}
