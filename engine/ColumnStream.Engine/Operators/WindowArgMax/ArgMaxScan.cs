using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Compute.Kernels.Hash;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators.WindowAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.WindowArgMax;

/// <summary>Finds the rows of a batch that anything can come of, and counts the late ones.</summary>
/// <remarks>
/// Without keys the extreme of each open window is known here: a row below it, which belongs to open windows only and reaches no
/// other, is passed over. Nearly all rows are, so this loop is what the operator costs. Values are compared as words whose
/// greatest is the extreme: for the least value, inverted ones.
/// </remarks>
internal sealed unsafe class ArgMaxScan(WindowArgMaxNode node, OperatorContext context) : IDisposable
{
    private readonly WindowReach _reach = new(node);
    private readonly Dictionary<long, long> _best = [];
    private readonly NativeList<int> _kept = new(context.Allocator);
    private readonly NativeList<long> _words = new(context.Allocator);
    private readonly LateRowList _late = new(context);

    // Times of [from, to) whose values lie below the limit are passed over.
    private long _from;
    private long _to;
    private long _limit = long.MinValue;

    /// <summary>Forgets the extremes.</summary>
    public void Clear()
    {
        _best.Clear();
        Unsettle();
    }

    /// <summary>Learns the extreme of an open window.</summary>
    public void Learn(long endMs, long word)
    {
        if (node.Keys.Count == 0)
        {
            _best[endMs] = word;
        }
    }

    /// <summary>Forgets a window that closes.</summary>
    public void Forget(long endMs)
    {
        _best.Remove(endMs);
        Unsettle();
    }

    /// <summary>Lists the rows of a batch that matter; good until the next call.</summary>
    /// <param name="batch">Borrowed.</param>
    /// <param name="watermarkMs">The watermark before it.</param>
    public ReadOnlySpan<int> Find(StreamBatch batch, long watermarkMs)
    {
        RecordBatch rows = batch.Rows;
        var times = (long*)((FixedWidthArray)rows.Columns[node.Window.TimeColumn]).Pointer;
        long* words = Words(rows, _words);
        RefuseNullTime(batch);
        _kept.Count = 0;
        int count = batch.Count;
        int* selected = batch.Selection is null ? null : batch.Selection.Pointer;
        (long from, long to, long limit) = (_from, _to, _limit);
        for (int k = 0; k < count; k++)
        {
            int i = selected is null ? k : selected[k];
            long time = times[i];
            if (words[i] < limit && time >= from && time < to)
            {
                continue;
            }

            Look(rows, i, time, words[i], watermarkMs);
            (from, to, limit) = (_from, _to, _limit);
        }

        _late.Flush(rows);
        return new ReadOnlySpan<int>(_kept.Pointer, _kept.Count);
    }

    /// <summary>Returns the values of a batch as words; those of NULLs mean nothing.</summary>
    public long* Words(RecordBatch rows, NativeList<long> scratch)
    {
        var column = (FixedWidthArray)rows.Columns[node.Value];
        if (column.ByteWidth == 8 && !node.IsLeast)
        {
            return (long*)column.Pointer;
        }

        long* words = scratch.Reserve(Math.Max(1, rows.Length));
        int step = column.ByteWidth == 16 ? 2 : 1;
        long* read = step == 2
            ? (long*)column.Pointer : (long*)CanonicalWords.Read(column, 0, rows.Length, (ulong*)words);
        long flip = node.IsLeast ? -1 : 0;
        for (int i = 0; i < rows.Length; i++)
        {
            words[i] = read[i * step] ^ flip;
        }

        return words;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _kept.Dispose();
        _words.Dispose();
        _late.Dispose();
    }

    private void Unsettle() => (_from, _to, _limit) = (0, 0, long.MinValue);

    private void Look(RecordBatch rows, int row, long timeMs, long word, long watermarkMs)
    {
        long before = _reach.EndBefore(timeMs);
        if (_reach.LastMember(before) - 1 <= watermarkMs)
        {
            _late.Add(row);
            if (node.DropsLate)
            {
                return;
            }
        }

        bool hasNull = rows.Columns[node.Value].IsNull(row);
        foreach (int key in node.Keys)
        {
            hasNull |= rows.Columns[key].IsNull(row);
        }

        if (hasNull)
        {
            return;
        }

        if (node.Keys.Count > 0)
        {
            _kept.Add(row);
            return;
        }

        Settle(before, watermarkMs);
        if (word >= _limit || timeMs < _from || timeMs >= _to)
        {
            _kept.Add(row);
            Raise(before, word, watermarkMs);
            Settle(before, watermarkMs);
        }
    }

    private void Raise(long before, long word, long watermarkMs)
    {
        for (long end = before + _reach.SlideMs; end <= _reach.LastMember(before); end += _reach.SlideMs)
        {
            if (end - 1 > watermarkMs)
            {
                _best[end] = _best.TryGetValue(end, out long known) ? Math.Max(known, word) : word;
            }
        }
    }

    /// <summary>Finds out what it takes to matter in [before, + slide), where only open windows are in reach.</summary>
    private void Settle(long before, long watermarkMs)
    {
        Unsettle();
        long limit = long.MaxValue;
        for (long end = before + _reach.SlideMs; end <= _reach.LastMember(before); end += _reach.SlideMs)
        {
            // What a closed window's extreme is only its row knows.
            limit = end - 1 > watermarkMs && _best.TryGetValue(end, out long known) ? Math.Min(limit, known) : long.MinValue;
        }

        (long from, long to) = _reach.Quiet(before);
        if (from < to)
        {
            (_from, _to, _limit) = (from, to, limit);
        }
    }

    private void RefuseNullTime(StreamBatch batch)
    {
        ArrayData column = batch.Rows.Columns[node.Window.TimeColumn];
        if (column.NullCount == 0)
        {
            return;
        }

        for (int k = 0; k < batch.Count; k++)
        {
            if (column.IsNull(batch.Selection is null ? k : batch.Selection.Pointer[k]))
            {
                throw new UserException(
                    4002, $"Rowtime must not be NULL: column {batch.Rows.Schema.Fields[node.Window.TimeColumn].Name}.");
            }
        }
    }
}
