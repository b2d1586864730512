using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Kernels.Hash;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Makes multisets of the values that stand: each value once, in the order of its first, with its count.</summary>
internal sealed unsafe class CollectAccumulator(DataType argument, DataType result) : LogAccumulator(argument, takesNulls: false)
{
    private readonly Dictionary<LogEntry, int> _places = new(EntryComparer.Instance);
    private int[] _counts = [];

    /// <inheritdoc/>
    public override ArrayData Emit(byte** rows, int count, BufferAllocator allocator)
    {
        using var builder = new MapBuilder(result, allocator, count);
        for (int i = 0; i < count; i++)
        {
            Log.Read(rows[i] + Offset);
            Count();
            foreach (LogEntry entry in Log.Entries)
            {
                if (_places.Remove(entry, out int place))
                {
                    ArgumentValues.Append(builder.Keys, entry);
                    ((FixedWidthBuilder)builder.Values).Append(_counts[place]);
                }
            }

            builder.AppendMap();
        }

        return builder.Finish();
    }

    private void Count()
    {
        _places.Clear();
        if (_counts.Length < Log.Count)
        {
            _counts = new int[Math.Max(Log.Count, 2 * _counts.Length)];
        }

        _counts.AsSpan(0, Log.Count).Clear();
        foreach (LogEntry entry in Log.Entries)
        {
            if (!_places.TryGetValue(entry, out int place))
            {
                place = _places.Count;
                _places.Add(entry, place);
            }

            _counts[place]++;
        }
    }

    private sealed class EntryComparer : IEqualityComparer<LogEntry>
    {
        public static readonly EntryComparer Instance = new();

        public bool Equals(LogEntry x, LogEntry y) => x.Same(y);

        public int GetHashCode(LogEntry entry) => (int)Hash64.Bytes(entry.Pointer, entry.Length);
    }
}
