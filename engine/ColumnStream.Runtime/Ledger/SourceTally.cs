using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Kernels.Hash;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Integrity;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Runtime.Ledger;

/// <summary>Counts the rows that one reader gave, by split.</summary>
internal sealed class SourceTally(string uid, string table, SourceReader reader, Schema schema)
{
    private readonly bool _sums = RowHash.CanHash(schema);
    private readonly Dictionary<string, RowTally> _splits = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _start = new(StringComparer.Ordinal);
    private string? _lastSplit;
    private RowTally? _last;

    /// <summary>Notes where the reader begins.</summary>
    public void Opened(bool isRestored)
    {
        if (!isRestored)
        {
            return;
        }

        foreach (SplitState split in reader.Snapshot())
        {
            _start[split.SplitId] = split.Position;
        }
    }

    /// <summary>Adds a batch that the reader gave just now.</summary>
    public void Add(StreamBatch batch)
    {
        string split = reader.CurrentSplit ?? string.Empty;
        if (_last is null || !ReferenceEquals(split, _lastSplit))
        {
            _lastSplit = split;
            if (!_splits.TryGetValue(split, out _last))
            {
                _splits[split] = _last = new RowTally(_sums);
            }
        }

        _last.Add(batch);
    }

    public SourceCount Take(IReadOnlyList<SplitState> positions)
    {
        var splits = new Dictionary<string, SplitCount>(StringComparer.Ordinal);
        foreach (SplitState position in positions)
        {
            string split = position.SplitId;
            string? from = _start.GetValueOrDefault(split);
            splits[split] = Count(
                Find(split, positions.Count == 1), from, position.Position,
                reader.RowsBetween(split, from, position.Position));
        }

        foreach ((string split, RowTally tally) in _splits)
        {
            if (!splits.ContainsKey(split) && (split.Length > 0 || positions.Count != 1))
            {
                splits[split] = Count(tally, _start.GetValueOrDefault(split), null, null);
            }
        }

        return new SourceCount(uid, table, reader.ForgetsSplits, splits);
    }

    private RowTally? Find(string split, bool isOnly) =>
        _splits.GetValueOrDefault(split) ?? (isOnly ? _splits.GetValueOrDefault(string.Empty) : null);

    private SplitCount Count(RowTally? tally, string? from, string? to, long? expected) =>
        new(from, to, tally?.Rows ?? 0, tally?.Sum ?? default, _sums, expected);
}
