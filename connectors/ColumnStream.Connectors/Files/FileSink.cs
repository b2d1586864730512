using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Integrity;
using ColumnStream.Engine.Sinks;

namespace ColumnStream.Connectors.Files;

/// <summary>Writes parts that nobody sees before the barrier and shows them at the commit.</summary>
/// <remarks>Parts of an epoch that was never claimed go into the next one's committables.</remarks>
internal sealed class FileSink : TwoPhaseCommittingSink
{
    private readonly PartFolder _folder;
    private readonly long _partBytes;
    private readonly RowEncoder _encoder;
    private readonly OutputBuffer _output;
    private readonly List<FileCommittable> _closed = [];
    private readonly List<FileCommittable> _prepared = [];
    private readonly PartTally _tally;
    private FilePart? _part;

    public FileSink(SinkContext context, FileTableOptions options)
    {
        _folder = PartFolder.Of(context, options, $"part-{UidOf(context)}");
        _partBytes = Math.Min(options.PartBytes, _folder.MostBytes / 2);
        _encoder = options.Format.CreateEncoder(
            FormatContext.AllColumns(context.Table.Name, context.Table.Columns, context.Table.Options, context.Allocator));
        _output = new OutputBuffer(context.Allocator);
        _tally = new PartTally(context.Tally);
    }

    /// <summary>Returns what stands for a sink of one life of a job in the names of its files.</summary>
    /// <remarks>
    /// A job that goes on elsewhere from a savepoint is another life: it neither clears away what the first one has prepared
    /// nor meets it under a visible name.
    /// </remarks>
    public static string UidOf(SinkContext context)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{context.Lineage}/{context.Uid}"));
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

        _part ??= new FilePart(_folder.Create(), _encoder, _output);
        _part.Write(batch);
        if (_part.Length >= _partBytes)
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
            _prepared.Add(part with { Final = _folder.FinalName(part, epoch, ref index) });
        }

        if (_closed.Count > 0)
        {
            _folder.Sync();
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
            _folder.Show(part);
            _prepared.RemoveAll(prepared => prepared.Final == part.Final);
        }

        if (committables.Count > 0)
        {
            _folder.Sync();
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<SinkPart>? Describe(IReadOnlyList<string> committables) =>
        FileCommittable.Describe(committables.Select(FileCommittable.Parse));

    /// <inheritdoc/>
    public override void CleanUp() => _folder.CleanUp();

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
}
