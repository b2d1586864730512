using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.WindowArgMax;

/// <summary>Holds windows with their extremes, and the rows that have them so far.</summary>
/// <remarks>
/// <code>
/// windows  keys | end | best, state | head of its rows, hash of its key
/// rows     keys, all other columns | end, value | link: next row, window
/// </code>
/// Heads, hashes and links are in no checkpoint: they are made anew after a restore. A row of two windows stands here twice.
/// </remarks>
internal sealed unsafe class ArgMaxWindows : IDisposable
{
    // What a window's row knows: that it is among the open ones, and that a row gave it an extreme.
    private const long Listed = 1;
    private const long Known = 2;
    private readonly BufferAllocator _account;
    private readonly KeyEncoder _encoder;
    private readonly NativeList<ulong> _hashes;
    private readonly NativeList<uint> _slots;
    private readonly SortedDictionary<long, NativeList<uint>> _open = [];
    private readonly Stack<NativeList<uint>> _free = new();
    private readonly DataType _timeType;
    private readonly int _keyCount;
    private readonly int _end;
    private readonly int _best;
    private readonly int _state;
    private readonly int _head;
    private readonly int _hash;
    private readonly int _rowEnd;
    private readonly int _rowWord;
    private int _restores;

    public ArgMaxWindows(WindowArgMaxNode node, OperatorContext context)
    {
        Schema input = context.Inputs[0];
        _account = context.Allocator;
        _keyCount = node.Keys.Count;
        _timeType = input.Fields[node.Window.TimeColumn].Type;
        var keys = new Field[_keyCount + 1];
        for (int i = 0; i < _keyCount; i++)
        {
            keys[i] = input.Fields[node.Keys[i]];
        }

        keys[^1] = new Field("window_end", _timeType, Nullable: false);
        var layout = new StateLayout(
            ValueList.Create<Field>(keys),
            [
                new StateCell("best", CellType.Int64),
                new StateCell("state", CellType.Int64),
                new StateCell("head", CellType.Int64) { IsTransient = true },
                new StateCell("hash", CellType.Int64) { IsTransient = true },
            ],
            _keyCount);
        State = new KeyedState("windows", layout, context.Pages, _account, context.KeyGroups);
        _end = layout.KeyOffsets[_keyCount];
        (_best, _state, _head, _hash) =
            (layout.CellOffsets[0], layout.CellOffsets[1], layout.CellOffsets[2], layout.CellOffsets[3]);
        Rows = new ChainedRows(
            "rows", input, node.Keys, [new StateCell("end", CellType.Int64), new StateCell("value", CellType.Int64)], context);
        (_rowEnd, _rowWord) = (Rows.CellOffset(0), Rows.CellOffset(1));
        _encoder = new KeyEncoder(layout, _account);
        _hashes = new NativeList<ulong>(_account);
        _slots = new NativeList<uint>(_account);
    }

    /// <summary>Gets the windows as checkpoints hold them.</summary>
    public KeyedState State { get; }

    /// <summary>Gets the rows.</summary>
    public ChainedRows Rows { get; }

    /// <summary>Gets the windows found last, one a pair; 0 for none.</summary>
    public uint* Slots => _slots.Pointer;

    /// <summary>Gets the open windows by their ends.</summary>
    public SortedDictionary<long, NativeList<uint>> Open => _open;

    private StateTable Table => State.Table;

    /// <summary>Begins a batch or a watermark.</summary>
    public void Begin()
    {
        Table.BeginUnlisted();
        Rows.BeginBatch();
    }

    /// <summary>Finds the windows of pairs of keys and ends: the first <paramref name="openCount"/> are made where they are not there yet.</summary>
    /// <param name="columns">The keys, then the ends, a row a pair.</param>
    /// <param name="ends">The ends.</param>
    /// <param name="openCount">How many of the pairs are of open windows; they come first.</param>
    /// <param name="count">The number of pairs.</param>
    public void Find(ReadOnlySpan<ArrayData> columns, long* ends, int openCount, int count)
    {
        uint* slots = _slots.Reserve(count);
        ulong* hashes = _hashes.Reserve(count);
        Table.Layout.Hash(columns, count, hashes);
        _encoder.Encode(columns, count);
        byte** rows = stackalloc byte*[StateTable.BlockRows];
        for (int at = 0; at < openCount; at += StateTable.BlockRows)
        {
            int block = Math.Min(StateTable.BlockRows, openCount - at);
            Table.FindOrCreate(_encoder, hashes, at, block, rows, slots + at);
            for (int i = 0; i < block; i++)
            {
                Expect(rows[i], slots[at + i], ends[at + i], hashes[at + i]);
            }
        }

        int width = Table.Layout.KeyWords;
        for (int i = openCount; i < count; i++)
        {
            Table.Find(_encoder.Words + ((long)i * width), _encoder.Nulls + i, hashes[i], out slots[i]);
        }
    }

    /// <summary>Lets an open window know a value of one of its rows.</summary>
    public void Raise(uint window, long word)
    {
        byte* row = Table.Rows.Row(window);
        if (IsKnown(row) && word <= *(long*)(row + _best))
        {
            return;
        }

        Table.Rows.Touch(row, window);
        *(long*)(row + _best) = word;
        *(long*)(row + _state) |= Known;
        DropBelow(row, word);
    }

    /// <summary>Tells whether a value is, or may become, the extreme of an open window.</summary>
    public bool MayBe(uint window, long word)
    {
        byte* row = Table.Rows.Row(window);
        return !IsKnown(row) || word >= *(long*)(row + _best);
    }

    /// <summary>Tells whether a value is the extreme of a window that has closed.</summary>
    public bool Is(uint window, long word)
    {
        byte* row = Table.Rows.Row(window);
        return window != 0 && IsKnown(row) && word == *(long*)(row + _best);
    }

    /// <summary>Adds row <paramref name="index"/> of those that <see cref="Rows"/> encoded to an open window.</summary>
    public void Add(int index, uint window, long endMs, long word)
    {
        byte* row = Rows.Append(index, out uint slot);
        *(long*)(row + _rowEnd) = endMs;
        *(long*)(row + _rowWord) = word;
        Link(row, slot, window);
    }

    /// <summary>Takes the next row that has the extreme of a window that closes, or null; others go meanwhile.</summary>
    /// <remarks>The caller drops it with <see cref="Drop"/> when it has read it.</remarks>
    public byte* Take(uint window)
    {
        byte* at = Table.Rows.Row(window);
        ulong* head = (ulong*)(at + _head);
        while (*head != 0)
        {
            byte* row = Rows.Row((uint)*head);
            *head = Rows.Link(row)->Next;
            if (IsKnown(at) && *(long*)(row + _rowWord) == *(long*)(at + _best))
            {
                return row;
            }

            Drop(row);
        }

        return null;
    }

    /// <summary>Deletes a row that is in no chain any more.</summary>
    public void Drop(byte* row)
    {
        ChainLink* link = Rows.Link(row);
        Rows.Table.Delete(row, link->Slot, *(ulong*)(Table.Rows.Row(link->Key) + _hash));
    }

    /// <summary>Ends a window whose rows are gone: it stays where late rows may have its extreme.</summary>
    public void Close(uint window, bool stays)
    {
        byte* row = Table.Rows.Row(window);
        if (!stays || !IsKnown(row))
        {
            Table.Delete(row, window, *(ulong*)(row + _hash));
        }
    }

    /// <summary>Ends all windows of an end.</summary>
    public void Close(long endMs)
    {
        NativeList<uint> windows = _open[endMs];
        _open.Remove(endMs);
        windows.Count = 0;
        _free.Push(windows);
    }

    /// <summary>Links rows and windows anew when a restore brought some; returns whether it did.</summary>
    /// <param name="watermarkMs">The watermark that was restored.</param>
    /// <param name="scan">Learns the extremes of open windows.</param>
    public bool LinkRestored(long watermarkMs, ArgMaxScan scan)
    {
        int restores = State.Restores + Rows.State.Restores;
        if (restores == _restores)
        {
            return false;
        }

        _restores = restores;
        scan.Clear();
        foreach (NativeList<uint> windows in _open.Values)
        {
            windows.Count = 0;
            _free.Push(windows);
        }

        _open.Clear();
        Relink(Table, _end, watermarkMs, scan);
        Relink(Rows.Table, _rowEnd, watermarkMs, null);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        State.Dispose();
        Rows.Dispose();
        _encoder.Dispose();
        _hashes.Dispose();
        _slots.Dispose();
        foreach (NativeList<uint> windows in _open.Values)
        {
            windows.Dispose();
        }

        foreach (NativeList<uint> windows in _free)
        {
            windows.Dispose();
        }
    }

    private bool IsKnown(byte* window) => (*(long*)(window + _state) & Known) != 0;

    /// <summary>Goes over all rows of a table: of windows when somebody learns their extremes, of rows otherwise.</summary>
    private void Relink(StateTable table, int endOffset, long watermarkMs, ArgMaxScan? scan)
    {
        byte** rows = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        ulong* hashes = stackalloc ulong[StateTable.BlockRows];
        var columns = new ArrayData[_keyCount + 1];
        uint next = 1;
        int count;
        do
        {
            count = 0;
            while (count < StateTable.BlockRows && table.NextLive(ref next) is var row && row is not null)
            {
                rows[count] = row;
                slots[count++] = next - 1;
            }

            for (int i = 0; i < _keyCount; i++)
            {
                columns[i] = RowColumns.Key(table.Layout, i, table.Layout.Keys[i].Type, rows, count, _account);
            }

            columns[^1] = RowColumns.Values(_timeType, endOffset, widen: false, rows, count, null, _account);
            Table.Layout.Hash(columns, count, hashes);
            _encoder.Encode(columns, count);
            for (int i = 0; i < count; i++)
            {
                if (scan is null)
                {
                    Table.Find(
                        _encoder.Words + ((long)i * Table.Layout.KeyWords), _encoder.Nulls + i, hashes[i], out uint window);
                    Link(rows[i], slots[i], window);
                }
                else
                {
                    Relink(rows[i], slots[i], hashes[i], watermarkMs, scan);
                }
            }

            foreach (ArrayData column in columns)
            {
                column.Release();
            }
        }
        while (count == StateTable.BlockRows);
    }

    private void Relink(byte* window, uint slot, ulong hash, long watermarkMs, ArgMaxScan scan)
    {
        *(ulong*)(window + _head) = 0;
        *(ulong*)(window + _hash) = hash;
        long end = *(long*)(window + _end);
        if (end - 1 <= watermarkMs)
        {
            return;
        }

        List(slot, end);
        if (IsKnown(window))
        {
            scan.Learn(end, *(long*)(window + _best));
        }
    }

    private void Link(byte* row, uint slot, uint window)
    {
        ulong* head = (ulong*)(Table.Rows.Row(window) + _head);
        *Rows.Link(row) = new ChainLink { Next = (uint)*head, Key = window, Slot = slot };
        *head = slot;
    }

    /// <summary>Lists a window that was just made under its end.</summary>
    private void Expect(byte* row, uint slot, long endMs, ulong hash)
    {
        if (*(long*)(row + _state) == 0)
        {
            *(long*)(row + _state) = Listed;
            *(ulong*)(row + _hash) = hash;
            List(slot, endMs);
        }
    }

    private void List(uint slot, long endMs)
    {
        if (!_open.TryGetValue(endMs, out NativeList<uint>? windows))
        {
            windows = _free.TryPop(out NativeList<uint>? free) ? free : new NativeList<uint>(_account);
            _open.Add(endMs, windows);
        }

        windows.Add(slot);
    }

    /// <summary>Drops the rows of a window whose values lie below its extreme.</summary>
    private void DropBelow(byte* window, long word)
    {
        ulong* next = (ulong*)(window + _head);
        uint slot = (uint)*next;
        *next = 0;
        while (slot != 0)
        {
            byte* row = Rows.Row(slot);
            ChainLink* link = Rows.Link(row);
            uint behind = link->Next;
            if (*(long*)(row + _rowWord) < word)
            {
                Drop(row);
            }
            else
            {
                link->Next = (uint)*next;
                *next = slot;
            }

            slot = behind;
        }
    }
}
