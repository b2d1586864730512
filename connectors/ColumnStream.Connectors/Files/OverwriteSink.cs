using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Integrity;
using ColumnStream.Engine.Sinks;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Connectors.Files;

/// <summary>Writes a folder beside the table's and exchanges the two at the end: readers see all old files or all new ones.</summary>
/// <remarks>
/// <code>
/// parent/table                        the table
/// parent/.table.overwrite-{uid}/...   parts under the names they keep; behind the exchange the old files, which are removed
/// </code>
/// The one writer names all parts so far at each barrier, so that a restart goes on with them; only what it names when
/// its input has ended becomes the table. A name that stands in neither folder is chosen for a part, so that the names tell
/// which of the two folders is the new one. A table without rows has one hidden part.
/// </remarks>
internal sealed class OverwriteSink : TwoPhaseCommittingSink
{
    private readonly FileTableOptions _options;
    private readonly string _folder;
    private readonly string _parent;
    private readonly string _staging;
    private readonly string _uid;
    private readonly RowEncoder _encoder;
    private readonly OutputBuffer _output;
    private readonly Dictionary<string, FileCommittable> _parts = [];
    private readonly PartTally _tally;
    private FilePart? _part;
    private int _next;
    private bool _isEnded;

    public OverwriteSink(SinkContext context, FileTableOptions options)
    {
        _options = options;
        FileSink.CreateFolder(context, options.Path);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Path));
        _folder = new DirectoryInfo(full).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? full;
        _parent = Path.GetDirectoryName(_folder)
            ?? throw OptionReader.Error(
                context.Table, 3111, $"Option has a wrong value: 'path' = '{options.Path}'. It cannot be replaced.");
        _uid = FileSink.UidOf(context);
        _staging = options.Folders.Resolve(Path.Combine(_parent, $".{Path.GetFileName(_folder)}.overwrite-{_uid}"));
        _encoder = options.Format.CreateEncoder(
            FormatContext.AllColumns(context.Table.Name, context.Table.Columns, context.Table.Options, context.Allocator));
        _output = new OutputBuffer(context.Allocator);
        _tally = new PartTally(context.Tally);
    }

    /// <inheritdoc/>
    public override void Write(StreamBatch batch)
    {
        if (batch.Count == 0)
        {
            return;
        }

        _part ??= NewPart("part-", _options.Format.FileExtension);
        _part.Write(batch);
        if (_part.Length >= _options.PartBytes)
        {
            ClosePart();
        }
    }

    /// <inheritdoc/>
    public override void Finish()
    {
        _isEnded = true;
        if (_part is null && _parts.Count == 0)
        {
            _part = NewPart(".part-", string.Empty);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Prepare(long epoch)
    {
        ClosePart();
        if (_parts.Count == 0)
        {
            return [];
        }

        DurableFile.SyncFolder(_staging);
        string committable = new OverwriteCommittable([.. _parts.Values], _isEnded).ToString();
        if (_isEnded)
        {
            _isEnded = false;
            _parts.Clear();
        }

        return [committable];
    }

    /// <inheritdoc/>
    public override void Commit(long epoch, IReadOnlyList<string> committables)
    {
        foreach (string text in committables)
        {
            OverwriteCommittable committable = OverwriteCommittable.Parse(text);
            if (committable.IsFinal)
            {
                Replace(committable.Parts);
                _parts.Clear();
                continue;
            }

            // After a restart the parts go on from here.
            foreach (FileCommittable part in committable.Parts)
            {
                _parts[part.Final] = part;
            }
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<SinkPart>? Describe(IReadOnlyList<string> committables)
    {
        foreach (string text in committables)
        {
            OverwriteCommittable committable = OverwriteCommittable.Parse(text);
            if (committable.IsFinal)
            {
                return FileCommittable.Describe(committable.Parts.Where(part => !part.Final.StartsWith('.')));
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public override void CleanUp()
    {
        if (_part is null && Directory.Exists(_staging))
        {
            KeepOnly(_parts.Keys);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _part?.Dispose();
        _output.Dispose();
        _encoder.Dispose();
    }

    private static bool Holds(string folder, IEnumerable<FileCommittable> parts) => parts.All(part =>
        new FileInfo(Path.Combine(folder, part.Final)) is { Exists: true } file && file.Length == part.Length);

    private void ClosePart()
    {
        if (_part is not null)
        {
            (long? rows, string? sum) = _tally.Take();
            FileCommittable part = _part.Complete() with { Rows = rows, Sum = sum };
            _parts[part.Temp] = part with { Final = part.Temp };
            _part = null;
        }
    }

    /// <summary>Opens a part under a name that neither folder has.</summary>
    private FilePart NewPart(string prefix, string extension)
    {
        FileErrors.Guard("created", _staging, () => Directory.CreateDirectory(_staging));
        while (true)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{prefix}{_uid}-{_next++}{extension}");
            if (!File.Exists(Path.Combine(_folder, name)) && !File.Exists(Path.Combine(_staging, name)))
            {
                return new FilePart(new LocalPartTarget(_staging, name), _encoder, _output);
            }
        }
    }

    private void Replace(IReadOnlyList<FileCommittable> parts)
    {
        if (!Holds(_folder, parts))
        {
            if (!Directory.Exists(_staging) || !Holds(_staging, parts))
            {
                throw new ExternalException(
                    5012, $"Prepared parts are lost: {_staging} and {_folder} do not hold all of them.", retryable: false);
            }

            KeepOnly([.. parts.Select(part => part.Final)]);
            DurableFile.SyncFolder(_staging);
            DurableFile.Exchange(_staging, _folder);
            DurableFile.SyncFolder(_parent);
        }

        if (Directory.Exists(_staging))
        {
            FileErrors.Guard("removed", _staging, () =>
            {
                Directory.Delete(_staging, recursive: true);
                return true;
            });
        }
    }

    private void KeepOnly(IReadOnlyCollection<string> names)
    {
        foreach (string path in FileErrors.Guard("listed", _staging, () => Directory.GetFiles(_staging)))
        {
            if (!names.Contains(Path.GetFileName(path)))
            {
                DurableFile.Remove(path);
            }
        }
    }
}
