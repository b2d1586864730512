using System;
using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Testing.Jobs;

/// <summary>Reads a memory log in batches of random size, sometimes pausing: columns key, split, value.</summary>
internal sealed class MemoryReader(MemoryLog log, SourceContext context, Schema schema, bool pauses) : SourceReader
{
    private readonly Dictionary<int, int> _positions = [];
    private bool _paused;
    private string? _current;

    public override void Restore(IReadOnlyList<SplitState> splits)
    {
        foreach (SplitState split in splits)
        {
            int id = int.Parse(split.SplitId, CultureInfo.InvariantCulture);
            if (Owns(id))
            {
                _positions[id] = int.Parse(split.Position, CultureInfo.InvariantCulture);
            }
        }
    }

    public override SourcePoll Poll(out StreamBatch? batch)
    {
        batch = null;
        if (pauses && !_paused && context.Random.Next(4) == 0)
        {
            _paused = true;
            context.WakeAfter(TimeSpan.FromMicroseconds(context.Random.Next(1, 500)));
            return SourcePoll.Idle;
        }

        _paused = false;
        var open = new List<int>();
        for (int s = 0; s < log.Splits.Count; s++)
        {
            if (Owns(s) && _positions.GetValueOrDefault(s) < log.Splits[s].Count)
            {
                open.Add(s);
            }
        }

        if (open.Count == 0)
        {
            return SourcePoll.End;
        }

        int split = open[context.Random.Next(open.Count)];
        int at = _positions.GetValueOrDefault(split);
        int rows = Math.Min(log.Splits[split].Count - at, context.Random.Next(1, context.MaxRows + 1));
        batch = Read(split, at, rows);
        _current = split.ToString(CultureInfo.InvariantCulture);
        _positions[split] = at + rows;
        return SourcePoll.Batch;
    }

    public override ValueList<SplitState> Snapshot()
    {
        var splits = new List<SplitState>();
        for (int s = 0; s < log.Splits.Count; s++)
        {
            if (Owns(s))
            {
                splits.Add(new SplitState(
                    s.ToString(CultureInfo.InvariantCulture),
                    _positions.GetValueOrDefault(s).ToString(CultureInfo.InvariantCulture)));
            }
        }

        return ValueList.From(splits);
    }

    public override string? CurrentSplit => _current;

    public override long? RowsBetween(string split, string? from, string to) =>
        long.Parse(to, CultureInfo.InvariantCulture) - (from is null ? 0 : long.Parse(from, CultureInfo.InvariantCulture));

    private bool Owns(int split) => split % context.Parallelism == context.Subtask;

    private StreamBatch Read(int split, int at, int rows)
    {
        using var key = new FixedWidthBuilder(DataType.Int64, context.Allocator, rows);
        using var splits = new FixedWidthBuilder(DataType.Int64, context.Allocator, rows);
        using var value = new FixedWidthBuilder(DataType.Int64, context.Allocator, rows);
        for (int i = at; i < at + rows; i++)
        {
            key.Append(log.Splits[split][i].Key);
            splits.Append((long)split);
            value.Append(log.Splits[split][i].Value);
        }

        return new StreamBatch(new RecordBatch(schema, [key.Finish(), splits.Finish(), value.Finish()], rows));
    }
}
