using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Kernels.Hash;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators.GroupAggregate;
using ColumnStream.Engine.Operators.WindowAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.SessionWindow;

/// <summary>Folds rows into the sessions of their keys and emits each session once, when the watermark passes its end.</summary>
/// <remarks>
/// A row belongs to a session that it is at most the gap away from; a row that stands between two makes them one. A row that
/// belongs to none and whose own window has passed is late. Rows that take others back keep a session open as rows do.
/// </remarks>
internal sealed unsafe class SessionAggregateOperator(WindowAggregateNode node) : WindowOperator(node.Window)
{
    private readonly Schema _schema = node.OutputSchema();
    private AggregatePlan _plan = null!;
    private GroupUpdater _updater = null!;
    private SessionTables _tables = null!;
    private SessionValues _values = null!;
    private SessionCache _cache = null!;
    private SessionFiring _firing = null!;
    private GroupTables _groups = null!;
    private NativeList<long> _times = null!;
    private NativeList<nint> _rowList = null!;
    private NativeList<uint> _slotList = null!;
    private NativeBuffer? _births;
    private FixedWidthArray? _birthColumn;
    private bool _countsOnly;

    // The batch under way: rows [_from, _resolved) have their session and are not accumulated yet; the block is [_at, _end).
    private int _at;
    private int _end;
    private int _from;
    private int _resolved;
    private byte** _rows;
    private uint* _slots;

    protected override void OpenWindows()
    {
        _plan = new AggregatePlan(node.Keys, node.Aggregates, Context.Inputs[0], node.InsertOnlyInput, isSession: true);
        _tables = Own(new SessionTables(_plan.Layout, Window.SizeMs, Context) { Merging = Merge });
        _updater = Own(new GroupUpdater(_plan, Context.Allocator, _tables.HeadLayout));
        _cache = Own(new SessionCache(_plan.Layout.CellOffsets[0], Context.Allocator));
        _firing = Own(new SessionFiring(_tables, Context.Allocator, Context.Trim));
        _times = Own(new NativeList<long>(Context.Allocator));
        _rowList = Own(new NativeList<nint>(Context.Allocator));
        _slotList = Own(new NativeList<uint>(Context.Allocator));
        StateList.Add(_tables.Sessions);
        _values = Own(new SessionValues(_plan, _tables, Context, StateList));
        _groups = new GroupTables(_tables.Sessions.Table, _values.Tables);
    }

    /// <summary>Gets that only slots are kept between two chunks.</summary>
    public override bool HoldsRows => false;

    protected override void Relink()
    {
        _cache.Reset();
        _tables.Relink();
        _values.Relink();
    }

    protected override void Fold(ref StreamBatch batch)
    {
        long* times = TimesOf(batch.Rows);
        _updater.Prepare(batch.Rows, batch.Kinds);
        _tables.Sessions.Table.EnsureOpen();
        _tables.Heads.EnsureOpen();
        _cache.Bind(_tables.Sessions.Table.Rows);
        Fold(times, batch.Rows.Length);
    }

    protected override void Forget()
    {
        _birthColumn?.Release();
        _birthColumn = null;
        _births = null;
        _updater.Release();
    }

    protected override void Begin() => _firing.Begin(Target);

    protected override StreamBatch? Next(out bool isLast)
    {
        int count = _firing.Next(ChunkRows, out byte** rows, out uint* slots);
        isLast = count == 0;
        return isLast ? null : Give(rows, slots, count);
    }

    protected override long? NextEnd() => _tables.Sweep.LeastEnd;

    private long* TimesOf(RecordBatch rows)
    {
        if (Window.IsProctime)
        {
            _times.Count = 0;
            long* now = _times.Reserve(rows.Length);
            new Span<long>(now, rows.Length).Fill(TimeAt(Time.NowInstant()));
            return now;
        }

        var column = (FixedWidthArray)rows.Columns[Window.TimeColumn];
        long units = WindowMath.UnitsPerMs(column.Type);
        var values = (long*)column.Pointer;
        if (units == 1)
        {
            return values;
        }

        _times.Count = 0;
        long* times = _times.Reserve(rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            times[i] = WindowMath.FloorDivide(values[i], units);
        }

        return times;
    }

    /// <summary>Folds the prepared batch.</summary>
    private void Fold(long* times, int length)
    {
        int* missed = stackalloc int[StateTable.BlockRows];
        byte** heads = stackalloc byte*[StateTable.BlockRows];
        uint* headSlots = stackalloc uint[StateTable.BlockRows];
        ulong* hashes = stackalloc ulong[StateTable.BlockRows];
        bool hasWords = _updater.Keys.Shape == KeyShape.Word && !_updater.Keys.HasNulls && _plan.Keys.Count > 0;
        _countsOnly = hasWords && _updater.OnlyCounts;
        if (_countsOnly)
        {
            byte** known = stackalloc byte*[StateTable.BlockRows];
            uint* knownSlots = stackalloc uint[StateTable.BlockRows];
            for (_at = 0; _at < length; _at += StateTable.BlockRows)
            {
                int count = Math.Min(StateTable.BlockRows, length - _at);
                int misses = FindKnown(_updater.Keys.Words + _at, times + _at, count, missed, known, knownSlots);
                CountKnown(known, count);
                FindWordHeads(missed, misses, heads, headSlots, hashes);
                CountMissed(times + _at, missed, misses, heads, headSlots, hashes);
            }

            return;
        }

        _rowList.Count = 0;
        _slotList.Count = 0;
        _rows = (byte**)_rowList.Reserve(length);
        _slots = _slotList.Reserve(length);
        _from = 0;
        if (_values.HasSets)
        {
            _births = Context.Allocator.Allocate(length * 8L);
            _birthColumn = new FixedWidthArray(DataType.Int64, length, _births, null);
            _updater.GroupValue = _birthColumn;
        }

        for (_at = 0; _at < length; _at += StateTable.BlockRows)
        {
            int count = Math.Min(StateTable.BlockRows, length - _at);
            _end = _at + count;
            if (hasWords)
            {
                int misses = FindKnown(
                    _updater.Keys.Words + _at, times + _at, count, missed, _rows + _at, _slots + _at);
                FindWordHeads(missed, misses, heads, headSlots, hashes);
                Resolve(times + _at, missed, misses, hasWords, heads, headSlots, hashes);
                continue;
            }

            FindHeads(count, heads, headSlots);
            for (int i = 0; i < count; i++)
            {
                missed[i] = i;
            }

            Resolve(times + _at, missed, count, hasWords, heads, headSlots, _updater.Hashes() + _at);
        }

        Accumulate(length);
        _updater.Finish(_groups);
        _updater.GroupValue = null;
    }

    private void FindHeads(int count, byte** heads, uint* headSlots)
    {
        ulong* hashes = _updater.Hashes();
        if (_plan.Keys.Count > 0)
        {
            _tables.Heads.FindOrCreate(_updater.Keys, hashes, _at, count, heads, headSlots);
            return;
        }

        _tables.Heads.FindOrCreate(_updater.Keys, hashes, _at, 1, heads, headSlots);
        for (int i = 1; i < count; i++)
        {
            heads[i] = heads[0];
            headSlots[i] = headSlots[0];
        }
    }

    /// <summary>Counts the listed rows of the block, whose heads are found together.</summary>
    private void CountMissed(long* times, int* missed, int misses, byte** heads, uint* headSlots, ulong* hashes)
    {
        int counter = _plan.Accumulators[0].Offset;
        for (int k = 0; k < misses; k++)
        {
            int i = missed[k];
            byte* row = FindWord(i, times[i], heads[k], headSlots[k], hashes[k], out _);
            if (row is null)
            {
                Late.Add(_at + i);
            }
            else
            {
                ++*(long*)(row + counter);
            }
        }

        DropEmpty(misses, heads, headSlots, hashes);
    }

    /// <summary>Finds or creates the heads of listed rows whose keys are one word.</summary>
    private void FindWordHeads(int* missed, int misses, byte** heads, uint* headSlots, ulong* hashes)
    {
        ulong* words = stackalloc ulong[StateTable.BlockRows];
        ushort* nulls = stackalloc ushort[StateTable.BlockRows];
        ulong* given = _updater.Keys.Words + _at;
        for (int k = 0; k < misses; k++)
        {
            words[k] = given[missed[k]];
            nulls[k] = 0;
            hashes[k] = Hash64.Word(words[k]);
        }

        if (misses > 0)
        {
            _tables.Heads.FindOrCreate(words, nulls, KeyShape.Word, hashes, misses, heads, headSlots);
        }
    }

    /// <summary>Deletes keys that only late rows had; several rows may share a head, which may be gone already.</summary>
    private void DropEmpty(int count, byte** heads, uint* headSlots, ulong* hashes)
    {
        for (int k = 0; k < count; k++)
        {
            if (_tables.IsEmpty(heads[k]) && (heads[k][4] & RowStore.Dead) == 0)
            {
                _tables.RemoveHead(heads[k], headSlots[k], hashes[k]);
            }
        }
    }

    /// <summary>Finds the rows that go on with the newest session of a key in the cache; lists the others.</summary>
    /// <remarks>
    /// Rows that follow each other in time may all be tested against the sessions as they were before the block: one that fails
    /// then is tested again, in its turn, behind those that go on. So the first loop only loads, and no load waits for
    /// a store to a row that may be the same, which with hot keys it often is. Other blocks are tested row by row.
    /// The rows of those that fail become row 0, which takes what is not meant for any session.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FindKnown(ulong* words, long* times, int count, int* missed, byte** rows, uint* slots)
    {
        SessionCache.Entry* entries = _cache.Entries;
        byte* none = _tables.Sessions.Table.Rows.Row(0);
        int start = _plan.Layout.CellOffsets[0];
        int last = _plan.Layout.CellOffsets[1];
        long gap = Window.SizeMs;
        bool isAscending = IsAscending(times, count);
        bool hasOlder = false;
        nint misses = 0;
        for (nint i = 0; i < count; i++)
        {
            SessionCache.Entry* entry = entries + SessionCache.PlaceOf(words[i]);
            rows[i] = entry->Row;
            slots[i] = entry->Slot;
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(entry->Row);
            }
        }

        for (nint i = 0; i < count; i++)
        {
            ulong word = words[i];
            long time = times[i];
            byte* row = rows[i];
            long before = *(long*)(row + last);
            bool isKnown = (*(ulong*)(row + StateLayout.HeaderBytes) == word)
                & (time >= *(long*)(row + start)) & (time - before <= gap);
            row = isKnown ? row : none;
            rows[i] = row;
            missed[misses] = (int)i;
            misses += 1 - Unsafe.BitCast<bool, byte>(isKnown);
            hasOlder |= isKnown & (time < before);
            if (!isAscending)
            {
                *(long*)(row + last) = Math.Max(*(long*)(row + last), time);
            }
        }

        for (nint i = 0; isAscending && i < count; i++)
        {
            byte* row = rows[i];
            *(long*)(row + last) = hasOlder ? Math.Max(*(long*)(row + last), times[i]) : times[i];
        }

        return (int)misses;
    }

    /// <summary>Adds 1 to the count of each row's session.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CountKnown(byte** rows, int count)
    {
        int counter = _plan.Accumulators[0].Offset;
        for (nint i = 0; i < count; i++)
        {
            ++*(long*)(rows[i] + counter);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool IsAscending(long* times, int count)
    {
        nint i = 1;
        for (; i + 4 <= count; i += 4)
        {
            if (Vector256.LessThanAny(Vector256.Load(times + i), Vector256.Load(times + i - 1)))
            {
                return false;
            }
        }

        for (; i < count; i++)
        {
            if (times[i] < times[i - 1])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Finds or begins the session of a row whose key is one word; the cache learns the newest of its key.</summary>
    private byte* FindWord(int index, long timeMs, byte* head, uint headSlot, ulong hash, out uint slot)
    {
        byte* row = _tables.Resolve(head, headSlot, hash, timeMs, Fired.Value, out slot);
        if (row is not null && _tables.IsNewest(head, slot))
        {
            _cache.Learn(_updater.Keys.Words[_at + index], row, slot);
        }

        return row;
    }

    /// <summary>Finds the sessions of the listed rows of the block, in their order; those of late rows stay null.</summary>
    private void Resolve(
        long* times, int* missed, int misses, bool hasWords, byte** heads, uint* headSlots, ulong* hashes)
    {
        bool hasLate = false;
        for (int k = 0; k < misses; k++)
        {
            int i = missed[k];
            _resolved = _at + i;
            byte* row = hasWords
                ? FindWord(i, times[i], heads[k], headSlots[k], hashes[k], out _slots[_at + i])
                : _tables.Resolve(heads[k], headSlots[k], hashes[k], times[i], Fired.Value, out _slots[_at + i]);
            _rows[_at + i] = row;
            if (row is null)
            {
                hasLate = true;
                Late.Add(_at + i);
            }
        }

        if (hasLate)
        {
            DropEmpty(misses, heads, headSlots, hashes);
        }
    }

    /// <summary>Accumulates rows [_from, end) of the batch, which all have their session or are late.</summary>
    private void Accumulate(int end)
    {
        for (int i = _from; _births is not null && i < end; i++)
        {
            ((long*)_births.Pointer)[i] = _rows[i] is null ? 0 : _tables.BirthOf(_rows[i]);
        }

        _updater.ChangeGroupValue();
        ulong* hashes = _values.HasSets ? _updater.Hashes() : null;
        while (_from < end)
        {
            int count = 0;
            while (count < StateTable.BlockRows && _from + count < end && _rows[_from + count] is not null)
            {
                count++;
            }

            if (count > 0)
            {
                _updater.Accumulate(_groups, new GroupBlock(
                    _from, count, _rows + _from, _slots + _from, hashes is null ? null : hashes + _from));
            }

            _from += Math.Max(1, count);
        }
    }

    /// <summary>Merges the aggregates of two sessions, with what of this batch belongs to them.</summary>
    private void Merge(byte* kept, uint keptSlot, byte* going, uint goingSlot)
    {
        if (!_countsOnly)
        {
            Accumulate(_resolved);
            for (int i = _resolved; i < _end; i++)
            {
                if (_rows[i] == going)
                {
                    _rows[i] = kept;
                    _slots[i] = keptSlot;
                }
            }

            _updater.Finish(_groups);
        }

        if (_updater.Keys.Shape == KeyShape.Word)
        {
            _cache.Forget(*(ulong*)(going + StateLayout.HeaderBytes), going, _tables.Sessions.Table.Rows);
        }

        _values.Merge(kept, keptSlot, going);
    }

    /// <summary>Makes the rows of sessions, perhaps none, and drops the sessions.</summary>
    private StreamBatch? Give(byte** rows, uint* slots, int count)
    {
        StreamBatch? batch = null;
        int given = _firing.Select(_plan.RowCountOffset, count, out byte** live);
        if (given > 0)
        {
            batch = new StreamBatch(Build(live, given));
        }

        _values.Drop(rows, count);
        ulong* hashes = _firing.Hash(_plan.Layout, rows, count);
        bool isWord = _plan.Layout is { KeyWords: 1, NullWords: 0, Keys.Count: 1 };
        for (int i = 0; i < count; i++)
        {
            if (isWord)
            {
                _cache.Forget(*(ulong*)(rows[i] + StateLayout.HeaderBytes), rows[i], _tables.Sessions.Table.Rows);
            }

            _tables.Remove(rows[i], slots[i], hashes[i]);
        }

        return batch;
    }

    private RecordBatch Build(byte** rows, int count)
    {
        var columns = new ArrayData[_schema.Fields.Count];
        ResultColumns.Build(_plan, rows, count, columns, Context.Allocator);
        int first = node.Keys.Count + node.Aggregates.Count;
        SessionColumns.Fill(columns, first, _schema, _tables, rows, count, Time, Context.Allocator);
        return new RecordBatch(_schema, columns, count);
    }
}
