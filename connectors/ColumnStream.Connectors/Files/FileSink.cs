using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Integrity;
using ColumnStream.Engine.Sinks;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Connectors.Files;

/// <summary>Writes parts under hidden names into the table's folder and links them to visible names at commit.</summary>
/// <remarks>
/// <code>
/// .part-{uid}-{subtask}-{run}-{n}.inprogress   written, synced at Prepare(epoch), named in the committable
/// part-{uid}-{subtask}-{epoch}-{i}.jsonl       linked at Commit(epoch): the link either exists whole or not at all
/// </code>
/// A visible name that exists with the same size and checksum is a commit that was done before. Parts of an epoch that
/// was never claimed go into the next one's committables. Runs never share a hidden name, so that one that was overtaken
/// and still writes can neither lose a later run's part nor put its own in its place.
/// </remarks>
internal sealed class FileSink : TwoPhaseCommittingSink
{
    private const string TempSuffix = ".inprogress";
    private readonly SinkContext _context;
    private readonly FileTableOptions _options;
    private readonly string _folder;
    private readonly string _uid;
    private readonly RowEncoder _encoder;
    private readonly OutputBuffer _output;
    private readonly List<FileCommittable> _closed = [];
    private readonly List<FileCommittable> _prepared = [];
    private readonly HashSet<string> _mine = new(StringComparer.Ordinal);
    private readonly PartTally _tally;
    private FilePart? _part;
    private int _attempts;

    public FileSink(SinkContext context, FileTableOptions options)
    {
        _context = context;
        _options = options;
        _folder = options.Path;
        _uid = UidOf(context);
        CreateFolder(context, _folder);
        _encoder = options.Format.CreateEncoder(
            FormatContext.AllColumns(context.Table.Name, context.Table.Columns, context.Table.Options, context.Allocator));
        _output = new OutputBuffer(context.Allocator);
        _tally = new PartTally(context.Tally);
    }

    private string PartName => string.Create(CultureInfo.InvariantCulture, $"part-{_uid}-{_context.Subtask}");

    /// <summary>Returns what stands for a sink in the names of its files.</summary>
    public static string UidOf(SinkContext context)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{context.JobId}/{context.Uid}"));
        return Convert.ToHexStringLower(hash.AsSpan(0, 4));
    }

    /// <summary>Sees to it that a table's folder exists.</summary>
    public static void CreateFolder(SinkContext context, string folder)
    {
        if (File.Exists(folder))
        {
            throw OptionReader.Error(
                context.Table, 3111, $"Option has a wrong value: 'path' = '{folder}'. Expected a folder: a sink writes parts.");
        }

        FileErrors.Guard("created", folder, () => Directory.CreateDirectory(folder));
    }

    /// <inheritdoc/>
    public override void Write(StreamBatch batch)
    {
        if (batch.Count == 0)
        {
            return;
        }

        _part ??= NewPart();
        _part.Write(batch);
        if (_part.Length >= _options.PartBytes)
        {
            ClosePart();
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Prepare(long epoch)
    {
        ClosePart();
        int index = 0;
        foreach (FileCommittable part in _closed)
        {
            _prepared.Add(part with { Final = FreeName(epoch, ref index) });
        }

        if (_closed.Count > 0)
        {
            DurableFile.SyncFolder(_folder);
            _closed.Clear();
        }

        var names = new List<string>();
        foreach (FileCommittable part in _prepared)
        {
            names.Add(part.ToString());
        }

        return names;
    }

    /// <inheritdoc/>
    public override void Commit(long epoch, IReadOnlyList<string> committables)
    {
        foreach (string committable in committables)
        {
            FileCommittable part = FileCommittable.Parse(committable);
            Show(part);
            _prepared.RemoveAll(prepared => prepared.Final == part.Final);
            _mine.Remove(part.Temp);
        }

        if (committables.Count > 0)
        {
            DurableFile.SyncFolder(_folder);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<SinkPart>? Describe(IReadOnlyList<string> committables) =>
        FileCommittable.Describe(committables.Select(FileCommittable.Parse));

    /// <inheritdoc/>
    public override void CleanUp()
    {
        string prefix = $".part-{_uid}-";
        foreach (string path in FileErrors.Guard("listed", _folder, () => Directory.GetFiles(_folder, prefix + "*" + TempSuffix)))
        {
            string name = Path.GetFileName(path);
            string[] parts = name[prefix.Length..^TempSuffix.Length].Split('-');
            bool isOurs = int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int subtask)
                && subtask % _context.Parallelism == _context.Subtask;

            // This run may have been halted while a later one took over: that one's parts are not leftovers.
            bool isLater = parts.Length > 2
                && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long generation)
                && generation > _context.Generation;
            if (isOurs && !isLater && !_mine.Contains(name))
            {
                DurableFile.Remove(path);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _part?.Dispose();
        _output.Dispose();
        _encoder.Dispose();
    }

    private void ClosePart()
    {
        if (_part is not null)
        {
            (long? rows, string? sum) = _tally.Take();
            _closed.Add(_part.Complete() with { Rows = rows, Sum = sum });
            _part = null;
        }
    }

    /// <summary>Finds a visible name for a part; those that another run of the job left are passed over.</summary>
    private string FreeName(long epoch, ref int index)
    {
        while (true)
        {
            string name = string.Create(
                CultureInfo.InvariantCulture, $"{PartName}-{epoch}-{index++}{_options.Format.FileExtension}");
            if (!File.Exists(Path.Combine(_folder, name)))
            {
                return name;
            }
        }
    }

    private void Show(FileCommittable part)
    {
        string temp = Path.Combine(_folder, part.Temp);
        string final = Path.Combine(_folder, part.Final);
        bool isThere = File.Exists(final);
        if (!isThere)
        {
            var file = new FileInfo(temp);
            if (!file.Exists || file.Length != part.Length)
            {
                string found = file.Exists ? $"has {file.Length} bytes, not {part.Length}" : "does not exist";
                throw new ExternalException(
                    5012, $"Prepared part is lost: {temp} {found}, and {final} does not exist.", retryable: false);
            }

            isThere = !DurableFile.TryLink(temp, final);
        }

        if (isThere)
        {
            bool same = new FileInfo(final).Length == part.Length
                && FileErrors.Guard("read", final, () => Checksum.OfFile(final)) == part.Crc;
            if (!same)
            {
                throw new ExternalException(
                    5012, $"Part cannot be made visible: {final} exists with other content.", retryable: false);
            }
        }

        DurableFile.Remove(temp);
    }

    /// <summary>Opens a part under a hidden name that nobody has.</summary>
    private FilePart NewPart()
    {
        while (true)
        {
            string temp = string.Create(
                CultureInfo.InvariantCulture, $".{PartName}-{_context.Generation}-{_context.RunNonce}-{_attempts++}{TempSuffix}");
            if (!File.Exists(Path.Combine(_folder, temp)))
            {
                _mine.Add(temp);
                return new FilePart(_folder, temp, _encoder, _output);
            }
        }
    }
}
