using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Operators.LookupJoin;

namespace ColumnStream.Engine.Lookups;

/// <summary>Is a batch of distinct keys on its way, and then the rows that have them, in the order of the keys.</summary>
internal sealed class LookupRequest(RecordBatch keys, long deadlineMs) : IDisposable
{
    private readonly List<RecordBatch> _parts = [];
    private readonly List<int> _keyOf = [];

    /// <summary>Gets the keys.</summary>
    public RecordBatch Keys => keys;

    /// <summary>Gets when its time is over.</summary>
    public long DeadlineMs => deadlineMs;

    /// <summary>Gets or sets the calls that have not ended.</summary>
    public int Open { get; set; }

    /// <summary>Gets whether all rows are there.</summary>
    public bool IsDone => Open == 0;

    /// <summary>Gets the rows, behind <see cref="Finish"/>; null where no key has any.</summary>
    public RecordBatch? Rows { get; private set; }

    /// <summary>Gets where the rows of each key begin, and behind the last where they end.</summary>
    public int[] Starts { get; private set; } = [];

    /// <summary>Adds rows, which move here.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="keyOf">The key of each.</param>
    public void Add(RecordBatch rows, ReadOnlySpan<int> keyOf)
    {
        if (rows.Length == 0)
        {
            rows.Release();
            return;
        }

        _parts.Add(rows);
        _keyOf.AddRange(keyOf);
    }

    /// <summary>Puts all rows that count in the order of their keys.</summary>
    /// <param name="rows">Says which count, and what is read of them.</param>
    /// <param name="allocator">Account of the rows.</param>
    public void Finish(LookupRows rows, BufferAllocator allocator)
    {
        if (_parts.Count > 0)
        {
            RecordBatch sorted = Sorted(allocator);
            Rows = rows.Apply(sorted, out int[]? kept);
            _keyOf.Sort();
            if (kept is not null)
            {
                int[] all = [.. _keyOf];
                _keyOf.Clear();
                foreach (int row in kept)
                {
                    _keyOf.Add(all[row]);
                }
            }
        }

        Starts = StartsOf(_keyOf);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ReleaseParts();
        Rows?.Release();
        Rows = null;
        keys.Release();
    }

    private int[] StartsOf(List<int> keyOf)
    {
        int[] starts = new int[keys.Length + 1];
        foreach (int key in keyOf)
        {
            starts[key + 1]++;
        }

        for (int i = 1; i < starts.Length; i++)
        {
            starts[i] += starts[i - 1];
        }

        return starts;
    }

    private RecordBatch Sorted(BufferAllocator allocator)
    {

        RecordBatch all = _parts.Count == 1 ? _parts[0].Retain() : ArrayConcat.Concat(_parts.ToArray(), allocator);
        int[] order = new int[_keyOf.Count];
        int[] place = StartsOf(_keyOf);
        bool isOrdered = true;
        for (int i = 0; i < order.Length; i++)
        {
            int at = place[_keyOf[i]]++;
            isOrdered &= at == i;
            order[at] = i;
        }

        if (!isOrdered)
        {
            RecordBatch sorted = TakeKernel.Take(all, order, allocator);
            all.Release();
            all = sorted;
        }

        ReleaseParts();
        return all;
    }

    private void ReleaseParts()
    {
        foreach (RecordBatch part in _parts)
        {
            part.Release();
        }

        _parts.Clear();
    }
}
