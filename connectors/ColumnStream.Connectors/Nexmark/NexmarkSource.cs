using System;
using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Connectors.Nexmark;

/// <summary>Gives the benchmark's events; of several splits the one that is furthest behind goes next.</summary>
internal sealed unsafe class NexmarkSource : SourceReader
{
    private const int BatchBytes = 1 << 20;
    private readonly SourceContext _context;
    private readonly NexmarkTable _table;
    private readonly NexmarkColumn[] _columns;
    private readonly NexmarkColumns _maker;
    private readonly Schema _schema;
    private readonly List<NexmarkSplit> _splits = [];
    private readonly RateLimiter _rate;
    private readonly NativeBuffer _events;
    private readonly int _maxRows;
    private string? _current;

    public NexmarkSource(SourceContext context, NexmarkConfig config, NexmarkTable table, double rowsPerSecond)
    {
        _context = context;
        _table = table;
        NexmarkColumn[] all = NexmarkColumn.Bind(context.Table, table);
        _columns = new NexmarkColumn[context.Projection.Count];
        int rowBytes = 1;
        for (int i = 0; i < _columns.Length; i++)
        {
            _columns[i] = all[context.Projection[i]];
            rowBytes += _columns[i].ValueBytes;
        }

        _maxRows = Math.Clamp(BatchBytes / rowBytes, 1, context.MaxRows);
        _schema = SourceSchema.Of(context);
        _rate = new RateLimiter(context.Time, rowsPerSecond / context.Parallelism);
        long end = config.Events == 0 ? NexmarkConfig.MaxEvents : config.Events;
        for (int i = context.Subtask; i < config.Splits; i += context.Parallelism)
        {
            _splits.Add(new NexmarkSplit(i, config.Splits, end));
        }

        _maker = new NexmarkColumns(config, context.Allocator);
        _events = context.Allocator.Allocate((long)_maxRows * sizeof(long));
    }

    /// <inheritdoc/>
    public override void Restore(IReadOnlyList<SplitState> splits)
    {
        foreach (SplitState state in splits)
        {
            string count = state.SplitId[(state.SplitId.IndexOf('/', StringComparison.Ordinal) + 1)..];
            if (_splits.Count > 0 && count != _splits[0].Id[(_splits[0].Id.IndexOf('/', StringComparison.Ordinal) + 1)..])
            {
                throw OptionReader.Error(
                    _context.Table, 3114, $"Option differs from the checkpoint's: 'nexmark.splits', which was {count}.");
            }

            foreach (NexmarkSplit split in _splits)
            {
                if (split.Id == state.SplitId)
                {
                    split.Position = long.Parse(state.Position, CultureInfo.InvariantCulture);
                }
            }
        }
    }

    /// <inheritdoc/>
    public override SourcePoll Poll(out StreamBatch? batch)
    {
        batch = null;
        while (Behind() is { } split)
        {
            int most = _rate.Allow(_maxRows, out TimeSpan wait);
            if (most == 0)
            {
                _context.WakeAfter(wait);
                return SourcePoll.Idle;
            }

            _current = split.Id;
            int count = split.Next(_table, most, (long*)_events.Pointer);
            if (count > 0)
            {
                _rate.Spend(count);
                batch = Make(count);
                return SourcePoll.Batch;
            }
        }

        return SourcePoll.End;
    }

    /// <inheritdoc/>
    public override ValueList<SplitState> Snapshot()
    {
        var states = new SplitState[_splits.Count];
        for (int i = 0; i < states.Length; i++)
        {
            states[i] = new SplitState(_splits[i].Id, _splits[i].Position.ToString(CultureInfo.InvariantCulture));
        }

        return ValueList.Create<SplitState>(states);
    }

    /// <inheritdoc/>
    public override string? CurrentSplit => _current;

    /// <inheritdoc/>
    public override long? RowsBetween(string split, string? from, string to)
    {
        foreach (NexmarkSplit candidate in _splits)
        {
            if (candidate.Id == split)
            {
                return candidate.Count(
                    _table,
                    from is null ? null : long.Parse(from, CultureInfo.InvariantCulture),
                    long.Parse(to, CultureInfo.InvariantCulture));
            }
        }

        return null;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _events.Release();
        _maker.Dispose();
    }

    private NexmarkSplit? Behind()
    {
        NexmarkSplit? behind = null;
        foreach (NexmarkSplit split in _splits)
        {
            if (!split.IsFinished && (behind is null || split.Position < behind.Position))
            {
                behind = split;
            }
        }

        return behind;
    }

    private StreamBatch Make(int count)
    {
        var columns = new ArrayData[_columns.Length];
        int made = 0;
        try
        {
            for (; made < columns.Length; made++)
            {
                columns[made] = _maker.Make(_columns[made], (long*)_events.Pointer, count);
            }

            return new StreamBatch(new RecordBatch(_schema, columns, count));
        }
        catch
        {
            for (int i = 0; i < made; i++)
            {
                columns[i].Release();
            }

            throw;
        }
    }
}
