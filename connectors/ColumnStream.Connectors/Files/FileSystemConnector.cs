using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Memory;
using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Integrity;
using ColumnStream.Engine.Lookups;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sinks;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Connectors.Files;

/// <summary>Reads files, folders and globs, once or as they grow, and writes parts that become visible with their epoch.</summary>
/// <param name="folders">Where local paths may lead.</param>
internal sealed class FileSystemConnector(AllowedFolders folders) : Connector
{
    /// <inheritdoc/>
    public override string Name => "filesystem";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionDefinition> Options => FileTableOptions.Definitions;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override IReadOnlyList<OptionDefinition> OptionsFor(TableSpec table) => FileTableOptions.DefinitionsFor(table);

    /// <inheritdoc/>
    public override void Validate(TableSpec table, bool forRead)
    {
        FileTableOptions options = FileTableOptions.Read(table, folders);
        if (forRead ? !options.Format.CanRead : !options.Format.CanWrite)
        {
            int code = forRead ? FormatErrors.CannotRead : FormatErrors.CannotWrite;
            string deed = forRead ? "read" : "written";
            throw OptionReader.Error(table, code, $"Format cannot be {deed}: '{options.Format.Name}'.");
        }

        using var pool = new SizeClassPool(idleLimitBytes: 0);
        using var allocator = new BufferAllocator("validate", pool);
        options.Format.Validate(FormatContext.AllColumns(table.Name, FileMetadata.ColumnsOf(table), table.Options, allocator));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<MetadataKey> Metadata(TableSpec table) =>
        FileMetadata.KeysOf(FormatTable.All.FirstOrDefault(format => format.Name == table.Option("format")));

    /// <inheritdoc/>
    public override bool IsBounded(TableSpec table) => FileTableOptions.Read(table, folders).MonitorInterval is null;

    /// <inheritdoc/>
    public override ChangelogMode SourceChangelog(TableSpec table) => FileTableOptions.Read(table, folders).Format.ReadChangelog;

    /// <inheritdoc/>
    public override ChangelogMode SinkChangelog(TableSpec table) => FileTableOptions.Read(table, folders).Format.WriteChangelog;

    /// <inheritdoc/>
    public override bool CanOverwrite(TableSpec table) => !BucketPath.Is(table.Option("path") ?? string.Empty);

    /// <inheritdoc/>
    public override SinkGuarantee Guarantee(TableSpec table) => SinkGuarantee.ExactlyOnce;

    /// <inheritdoc/>
    public override SinkDelivery? Delivery(TableSpec table) => new(
        SinkClass.Visibility,
        table.IsOverwritten ? "all files are exchanged at once, at the end"
            : BucketPath.Is(table.Option("path") ?? string.Empty) ? "objects become visible with their checkpoint"
            : "files become visible with their checkpoint");

    /// <inheritdoc/>
    public override SourceReader CreateReader(SourceContext context)
    {
        FileTableOptions options = FileTableOptions.Read(context.Table, folders);
        return options.Format.CanRead
            ? new FileSource(context, options)
            : throw new UserException(FormatErrors.CannotRead, $"Format cannot be read: '{options.Format.Name}'.");
    }

    /// <inheritdoc/>
    public override LookupAbility Lookup(TableSpec table) => new(default, LookupCache.Full, CanScan: true);

    /// <inheritdoc/>
    public override LookupTable CreateLookup(LookupContext context) =>
        new FileLookupTable(context, FileTableOptions.Read(context.Table, folders));

    /// <inheritdoc/>
    public override SinkInstance CreateSink(SinkContext context)
    {
        FileTableOptions options = FileTableOptions.Read(context.Table, folders);
        return new(null, context.Table.IsOverwritten ? new OverwriteSink(context, options) : new FileSink(context, options));
    }

    /// <inheritdoc/>
    public override SinkAudit? CreateAudit(SinkContext context) =>
        new FileAudit(context, FileTableOptions.Read(context.Table, folders));
}
