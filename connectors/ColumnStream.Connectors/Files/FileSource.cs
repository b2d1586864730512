using System;
using System.Collections.Generic;
using System.Text;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Kernels.Hash;
using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Connectors.Files;

/// <summary>Reads its share of the files, one after the other in name order; a file is one split.</summary>
/// <remarks>
/// A bounded table is the files that were there at its first start: a restart reads those, no others. A monitored one
/// lists again at every interval, takes up new files and the new lines of old ones.
/// </remarks>
internal sealed class FileSource : SourceReader
{
    private const int Warnings = 10;
    private readonly SourceContext _context;
    private readonly FileTableOptions _options;
    private readonly FileStore _store;
    private readonly List<FileSplit> _splits = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly FileCursor _cursor;
    private readonly FileMetadata _metadata;
    private readonly DeadLetterFile? _deadLetters;
    private bool _listed;
    private long _listedAt;
    private int _next;
    private int _warned;

    public FileSource(SourceContext context, FileTableOptions options)
    {
        _context = context;
        _options = options;
        _store = FileStore.Of(options, context.OpenBucket);
        _metadata = new FileMetadata(context, _store);
        var format = new FormatContext(
            context.Table.Name,
            _metadata.Columns,
            _metadata.Projection,
            context.Table.Options,
            context.Allocator,
            context.MaxRows)
        {
            Metadata = _metadata.FormatColumns,
            MetadataKeys = _metadata.FormatKeys,
        };
        _cursor = options.Format.IsContainer
            ? new ContainerCursor(options.Format.CreateFileDecoder(format))
            : new LineCursor(
                options.Format.CreateBlockDecoder(format), IsMonitoring && !_store.IsImmutable, OnError, context.Count);
        _deadLetters = options.DeadLetterPath is null ? null : new DeadLetterFile(options.DeadLetterPath, options.Folders);
    }

    /// <inheritdoc/>
    public override bool HasSplits
    {
        get
        {
            if (IsMonitoring)
            {
                return true;
            }

            if (!_listed)
            {
                List();
            }

            return _splits.Count > 0;
        }
    }

    /// <inheritdoc/>
    public override string? CurrentSplit => _cursor.Split?.File.Name;

    /// <inheritdoc/>
    public override bool ForgetsSplits => IsMonitoring;

    /// <summary>Gets whether files are read once, to their end.</summary>
    private bool ReadsWhole => !IsMonitoring || _options.Format.IsContainer || _store.IsImmutable;

    private bool IsMonitoring => _options.MonitorInterval is not null && !_context.IsBatch;

    /// <inheritdoc/>
    public override void Restore(IReadOnlyList<SplitState> splits)
    {
        foreach (SplitState state in splits)
        {
            _listed |= !IsMonitoring;
            if (Owns(state.SplitId))
            {
                Add(new FileSplit(new FileName(state.SplitId, 0), FilePosition.Parse(state.Position)));
            }
        }

        Sort();
    }

    /// <inheritdoc/>
    public override SourcePoll Poll(out StreamBatch? batch)
    {
        batch = null;
        if (!_listed)
        {
            List();
        }

        while (true)
        {
            if (_cursor.Split is null && !OpenNext())
            {
                return IsMonitoring ? Wait() : SourcePoll.End;
            }

            if (!_cursor.IsReady(_context.Wake))
            {
                return SourcePoll.Idle;
            }

            batch = _cursor.Read();
            if (batch is not null)
            {
                batch = _metadata.Add(batch, _cursor.Split!);
                return SourcePoll.Batch;
            }

            FileSplit split = _cursor.Split!;
            split.Position = _cursor.Save(done: ReadsWhole);
            _cursor.Close();
        }
    }

    /// <inheritdoc/>
    public override ValueList<SplitState> Snapshot()
    {
        if (!_listed)
        {
            List();
        }

        _deadLetters?.Sync();
        var states = new SplitState[_splits.Count];
        for (int i = 0; i < states.Length; i++)
        {
            FileSplit split = _splits[i];
            FilePosition position = split == _cursor.Split ? _cursor.Save(done: false) : split.Position;
            states[i] = new SplitState(split.File.Name, position.ToString());
        }

        return ValueList.Create<SplitState>(states);
    }

    /// <inheritdoc/>
    public override long? RowsBetween(string split, string? from, string to) => _options.Format.IsContainer
        ? FilePosition.Parse(to).Offset - (from is null ? 0 : FilePosition.Parse(from).Offset)
        : null;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _cursor.Dispose();
        _deadLetters?.Dispose();
    }

    private unsafe bool Owns(string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        fixed (byte* start = bytes)
        {
            return Hash64.Bytes(start, bytes.Length) % (ulong)_context.Parallelism == (ulong)_context.Subtask;
        }
    }

    private bool OpenNext()
    {
        for (; _next < _splits.Count; _next++)
        {
            FileSplit split = _splits[_next];
            bool wanted = ReadsWhole
                ? !split.Position.Done
                : split.ListedBytes > split.Position.Offset;
            if (wanted)
            {
                _cursor.Open(_store, split);
                _next++;
                return true;
            }
        }

        return false;
    }

    private SourcePoll Wait()
    {
        TimeSpan left = _options.MonitorInterval!.Value - _context.Time.GetElapsedTime(_listedAt);
        if (left <= TimeSpan.Zero)
        {
            List();
            left = _options.MonitorInterval.Value;
            _next = 0;
            if (_splits.Exists(split => !split.Position.Done && split.ListedBytes > split.Position.Offset))
            {
                left = TimeSpan.Zero;
            }
        }

        _context.WakeAfter(left);
        return SourcePoll.Idle;
    }

    private void List()
    {
        List<FileName>? files = _store.List(_options.Path, _options.Pattern);
        bool isGlobOfNothing = files is { Count: 0 } && !System.IO.Directory.Exists(_options.Path);
        files ??= IsMonitoring && _store.IsImmutable ? [] : null;
        if (files is null || (isGlobOfNothing && !IsMonitoring))
        {
            throw OptionReader.Error(
                _context.Table,
                3111,
                $"Option names no file or folder that exists: 'path' = '{_options.Path}'"
                    + (BucketPath.Is(_options.Path) ? "." : $", in {Environment.CurrentDirectory}."));
        }

        _listed = true;
        _listedAt = _context.Time.GetTimestamp();
        if (IsMonitoring)
        {
            Forget(files);
        }

        foreach (FileName file in files)
        {
            if (_known.Contains(file.Name))
            {
                FileSplit? split = _splits.Find(known => known.File.Name == file.Name);
                split!.ListedBytes = file.Bytes;
            }
            else if (Owns(file.Name))
            {
                Add(new FileSplit(file, FilePosition.Start));
            }
        }

        Sort();
    }

    /// <summary>Drops files that are gone and were read as far as they were known.</summary>
    private void Forget(List<FileName> files)
    {
        var present = new HashSet<string>(StringComparer.Ordinal);
        foreach (FileName file in files)
        {
            present.Add(file.Name);
        }

        _splits.RemoveAll(split => split != _cursor.Split && !present.Contains(split.File.Name)
            && _known.Remove(split.File.Name));
    }

    private void Add(FileSplit split)
    {
        if (_known.Add(split.File.Name))
        {
            _splits.Add(split);
        }
    }

    private void Sort() =>
        _splits.Sort(static (left, right) => string.CompareOrdinal(left.File.Name, right.File.Name));

    private ColumnStreamException? OnError(DecodeError error)
    {
        if (_options.ParseErrors == ParseErrorPolicy.Fail)
        {
            return new UserException(FormatErrors.BadRecord, error.ToString());
        }

        _context.Count("parseErrors", 1);
        if (_deadLetters is not null)
        {
            _context.Count("deadLetters", _deadLetters.Write(error) ? 1 : 0);
        }
        else if (_warned++ < Warnings)
        {
            string more = _warned == Warnings ? " Further ones are only counted." : string.Empty;
            _context.Warn($"Record skipped. {error}.{more}");
        }

        return null;
    }
}
