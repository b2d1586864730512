using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Engine.State;

/// <summary>Keeps rows by slot in 64 KiB pages, knows which changed since the last snapshot, and hands out frozen images.</summary>
/// <remarks>
/// <code>
/// barrier   checkpointed before = full ? 0 : checkpointed; checkpointed = sequence; sequence++; swap dirty lists
/// touch     before any change of a row: dirty at the first change since the barrier; while a snapshot is gathered the
///           old image of a row that is due and not yet gathered is saved
/// gather    rows due: before &lt; sequence ≤ checkpointed; by list (few dirty) or by page; then the saved images
/// </code>
/// </remarks>
internal sealed unsafe class RowStore(StateLayout layout, StatePool pool, BufferAllocator account) : IDisposable
{
    /// <summary>Flag of a row whose image a snapshot by list already has.</summary>
    public const byte Saved = 1;

    /// <summary>Flag of a row that was deleted.</summary>
    public const byte Dead = 2;

    private const int GatherOneIn = 32;
    private const int RowsOfTrim = 16;
    private const uint RenumberAt = 0xFFFF0000;
    private const int MostDirtyAtLeast = 4096;
    private readonly NativeList<nint> _pages = new(account);
    private readonly NativeList<nint> _homes = new(account);
    private readonly SpilledPages? _spilled = pool.Spill is null ? null : new SpilledPages(pool.Spill, pool, account);
    private readonly NativeList<byte> _clustered = new(account);
    private byte* _shade;
    private int _hand;
    private uint _lapSequence;
    private uint _coldSequence;
    private int _dirtyMost = MostDirtyAtLeast;
    private bool _dirtyOverflow;
    private bool _frozenOverflow;
    private readonly NativeList<uint> _free = new(account);
    private readonly NativeList<byte> _preImages = new(account);
    private NativeList<uint> _dirty = new(account);
    private NativeList<uint> _frozen = new(account);
    private uint _sequence = 1;
    private uint _checkpointed;
    private uint _checkpointedBefore;
    private uint _abortTo;
    private uint _next;
    private uint _cursor;
    private uint _end;
    private int _imagesGathered;
    private long _gatherRoom;
    private long _gatherRead;
    private bool _byPage;
    private bool _full;

    /// <summary>Skips what the protocol needs, one piece at a time, so that tests can prove that they would notice.</summary>
    internal enum Fault
    {
        /// <summary>Nothing is skipped.</summary>
        None,

        /// <summary>A touched row stays marked as saved.</summary>
        KeepSaved,

        /// <summary>Old images are not kept.</summary>
        NoPreImages,
    }

    /// <summary>Gets or sets the piece that tests leave out.</summary>
    internal Fault Injected { get; set; }

    /// <summary>Gets or sets the share of dirty rows, one in so many, up to which a snapshot goes by list.</summary>
    internal int ListOneIn { get; set; } = 40;

    /// <summary>Gets or sets whether no snapshot is ever taken, so that changes need not be listed.</summary>
    public bool IsTransient { get; set; }

    /// <summary>Gets or sets the heap of the rows' long text.</summary>
    public StringHeap? Heap { get; init; }

    /// <summary>Gets a number that changes when rows leave memory, so that nobody keeps their addresses.</summary>
    public int Evictions { get; private set; }

    /// <summary>Gets the bytes of rows that are on disk only.</summary>
    public long SpilledBytes => (_spilled?.OutUnits ?? 0) * SpilledPages.UnitBytes;

    /// <summary>Gets the page addresses by slot >> page shift; a page that is not wholly in memory stands as one of dead rows that match no key.</summary>
    public byte** Pages => (byte**)_pages.Pointer;

    /// <summary>Gets the rows alive.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the slot behind the last one ever used.</summary>
    public uint End => _next;

    /// <summary>Gets the number of the current batch.</summary>
    public uint Sequence => _sequence;

    /// <summary>Gets or sets the time that touched rows get, where the layout has a place for it.</summary>
    public long NowMs { get; set; }

    /// <summary>Gets whether a snapshot is under way.</summary>
    public bool IsGathering { get; private set; }

    /// <summary>Gets the native bytes held.</summary>
    public long Bytes => ((long)_pages.Count * StatePool.PageBytes) - SpilledBytes
        + _free.Bytes + _dirty.Bytes + _frozen.Bytes + _preImages.Bytes;

    /// <summary>Makes the first page, whose row 0 matches no key.</summary>
    public void Open()
    {
        AddPage();
        *(ushort*)(Row(0) + 6) = ushort.MaxValue;
        Row(0)[4] = Dead;
        _next = 1;
    }

    /// <summary>Begins a new batch: rows touched before count as untouched.</summary>
    public void BeginBatch()
    {
        _sequence++;
        if (_sequence >= RenumberAt && !IsGathering)
        {
            Renumber();
        }
    }

    /// <summary>Returns the row of <paramref name="slot"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Row(uint slot)
    {
        byte* page = Pages[slot >> layout.PageShift];
        return page == _shade ? Fetch(slot) : page + ((slot & ((1u << layout.PageShift) - 1)) * layout.Stride);
    }

    /// <summary>Notes that a row is about to change; call it before the change, deletes and reuse included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Touch(byte* row, uint slot)
    {
        uint last = *(uint*)row;
        if (last <= _checkpointed && !IsTransient)
        {
            if (_dirty.Count < _dirtyMost)
            {
                _dirty.Add(slot);
            }
            else
            {
                AddDirty(slot);
            }

            if (IsGathering && last > _checkpointedBefore
                && (_byPage ? slot >= _cursor && slot < _end : (row[4] & Saved) == 0)
                && Injected != Fault.NoPreImages)
            {
                SaveImage(row, slot);
            }

            if (Injected != Fault.KeepSaved)
            {
                row[4] &= Dead;
            }
        }

        *(uint*)row = _sequence;
        if (layout.TimeOffset != 0)
        {
            *(long*)(row + layout.TimeOffset) = NowMs;
        }
    }

    /// <summary>Takes a slot for a new row, touched and zero behind its header.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public byte* Create(out uint slot)
    {
        Count++;
        if (_free.Count > 0)
        {
            slot = _free.Pop();
            byte* reused = Row(slot);
            Touch(reused, slot);
            reused[4] = 0;
            NativeMemory.Clear(reused + 5, (nuint)(layout.Stride - 5));
            if (layout.TimeOffset != 0)
            {
                *(long*)(reused + layout.TimeOffset) = NowMs;
            }

            return reused;
        }

        uint mask = (1u << layout.PageShift) - 1;
        if ((_next & mask) == layout.RowsPerPage || (_next & mask) == 0)
        {
            NextPage();
        }

        slot = _next++;
        byte* row = Row(slot);
        Touch(row, slot);
        return row;
    }

    /// <summary>Deletes a touched row; its hash stays behind for the snapshot's key group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Delete(byte* row, uint slot, ulong hash)
    {
        Touch(row, slot);
        row[4] |= Dead;
        *(ulong*)(row + StateLayout.HeaderBytes) = hash;
        _free.Add(slot);
        Count--;
    }

    /// <summary>Freezes what changed since the last snapshot, or everything.</summary>
    public void BeginSnapshot(bool full)
    {
        if (IsGathering)
        {
            throw new InvariantException(9001, "Snapshot begins while another is under way.");
        }

        _abortTo = _checkpointed;
        _checkpointedBefore = full ? 0 : _checkpointed;
        _checkpointed = _sequence;
        _sequence++;
        (_frozen, _dirty) = (_dirty, _frozen);
        _dirty.Count = 0;
        _frozenOverflow = _dirtyOverflow;
        _dirtyOverflow = false;
        _cursor = 1;
        _end = _next;
        _full = full;

        // By list up to 2.5 % of the rows: a listed row costs 96 ns, a scanned one 2.6.
        _byPage = full || _frozenOverflow || _frozen.Count > Count / ListOneIn;
        _imagesGathered = 0;
        IsGathering = true;
    }

    /// <summary>Collects about <paramref name="maxRows"/> due rows; false when these are the last.</summary>
    /// <param name="maxRows">About how many rows, saved images not counted.</param>
    /// <param name="rows">Receives addresses of rows and images; good until the next touch.</param>
    /// <param name="slots">Receives their slots.</param>
    public bool Gather(int maxRows, NativeList<nint> rows, NativeList<uint> slots)
    {
        rows.Count = 0;
        slots.Count = 0;
        _gatherRoom = pool.Spill is null ? long.MaxValue : pool.Spill.LimitBytes / GatherOneIn;
        _gatherRead = pool.Spill?.ReadBytes ?? 0;
        bool more = _byPage ? GatherPages(maxRows, rows, slots) : GatherList(maxRows, rows, slots);
        if (more)
        {
            return true;
        }

        int size = 8 + layout.Stride;
        int images = _preImages.Count / size;
        while (_imagesGathered < images && rows.Count < Math.Max(1, maxRows) && (rows.Count == 0 || !IsGathered()))
        {
            byte* image = _preImages.Pointer + ((long)_imagesGathered++ * size);
            if (IsTextOut)
            {
                Heap!.EnsureText(image + 8, layout);
            }

            AddDue(image + 8, *(uint*)image, rows, slots);
        }

        return _imagesGathered < images;
    }

    /// <summary>Ends a snapshot whose rows were all taken.</summary>
    public void EndSnapshot()
    {
        IsGathering = false;
        _preImages.Count = 0;
        _frozen.Count = 0;
    }

    /// <summary>Gives up a snapshot; what it held is dirty again.</summary>
    public void AbortSnapshot()
    {
        if (!IsGathering)
        {
            return;
        }

        for (int i = 0; i < _dirty.Count; i++)
        {
            _frozen.Add(_dirty.Pointer[i]);
        }

        (_frozen, _dirty) = (_dirty, _frozen);
        _dirtyOverflow |= _frozenOverflow;
        for (int i = 0; i < _dirty.Count && !_byPage; i++)
        {
            Row(_dirty.Pointer[i])[4] &= Dead;
        }

        _checkpointed = _abortTo;
        EndSnapshot();
    }

    /// <summary>Places a row at a slot that a checkpoint names, making pages as needed; its header is cleared.</summary>
    public byte* Place(uint slot)
    {
        uint mask = (1u << layout.PageShift) - 1;
        if ((slot & mask) >= layout.RowsPerPage || slot == 0)
        {
            throw new InvariantException(9002, $"Checkpoint has an impossible slot: {slot}.");
        }

        while (slot >> layout.PageShift >= _pages.Count)
        {
            AddPage(isHollow: true);
        }

        _next = Math.Max(_next, slot + 1);
        return Row(slot);
    }

    /// <summary>Counts placed rows after a restore: live rows are handed out, holes become free.</summary>
    public void FinishPlacing(bool isClean)
    {
        _free.Count = 0;
        Count = 0;
        uint mask = (1u << layout.PageShift) - 1;
        for (uint slot = 1; slot < _next; slot++)
        {
            if ((slot & mask) >= layout.RowsPerPage)
            {
                continue;
            }

            if ((slot & (RowsOfTrim - 1)) == 0)
            {
                pool.Spill?.Trim();
            }

            byte* row = Row(slot);
            bool live = *(uint*)row != 0 && (row[4] & Dead) == 0;
            if (live)
            {
                Count++;
            }
            else
            {
                row[4] = Dead;
                _free.Add(slot);
            }

            *(uint*)row = _sequence;
        }

        _dirty.Count = 0;
        _dirtyOverflow = false;
        _checkpointed = isClean ? _sequence : 0;
        _sequence++;
    }

    /// <summary>Tells whether <paramref name="slot"/> holds a row alive.</summary>
    public bool IsLive(uint slot)
    {
        if ((slot & ((1u << layout.PageShift) - 1)) >= layout.RowsPerPage)
        {
            return false;
        }

        byte* row = Row(slot);
        return *(uint*)row != 0 && (row[4] & Dead) == 0;
    }

    /// <summary>Puts rows on disk; nobody may hold their addresses. Row 0 stays.</summary>
    /// <param name="wantedBytes">About how many bytes.</param>
    /// <param name="evenUsed">Whether rows go that were used since the hand last came by.</param>
    /// <returns>How many bytes went.</returns>
    public long Evict(long wantedBytes, bool evenUsed)
    {
        long freed = 0;
        for (int n = 0; n < _homes.Count && freed < wantedBytes; n++)
        {
            if (++_hand >= _homes.Count)
            {
                _hand = 0;
                _coldSequence = _lapSequence;
                _lapSequence = _sequence;
            }

            byte* page = (byte*)_homes.Pointer[_hand];
            uint units = _spilled!.Resident(page);
            units &= _hand == 0 ? ~((2u << ((layout.Stride - 1) / SpilledPages.UnitBytes)) - 1) : SpilledPages.AllUnits;
            uint referenced = _spilled.TakeReferenced(page);
            if (!evenUsed && units != 0)
            {
                units &= ~referenced;
                units &= _hand == _homes.Count - 1 ? 0 : ~RecentUnits(page, units);
            }

            if (units != 0)
            {
                Shade(_hand);
                freed += _spilled.Evict(page, units);
            }
        }

        Evictions += freed > 0 ? 1 : 0;
        return freed;
    }

    /// <summary>Puts text on disk; nobody may hold its address. From then on every row is fetched, and its text with it.</summary>
    public long EvictText(long wantedBytes, bool evenUsed)
    {
        long freed = Heap!.Evict(wantedBytes, evenUsed);
        if (freed > 0)
        {
            Evictions++;
            for (int i = 0; i < _pages.Count; i++)
            {
                Shade(i);
            }
        }

        return freed;
    }

    /// <summary>Gives all memory back.</summary>
    public void Dispose()
    {
        for (int i = 0; i < _homes.Count; i++)
        {
            byte* page = (byte*)_homes.Pointer[i];
            pool.Return(page, account, _spilled?.Forget(page) ?? StatePool.PageBytes);
        }

        _pages.Dispose();
        _homes.Dispose();
        _clustered.Dispose();
        _spilled?.Dispose();
        _dirtyOverflow = false;
        _dirtyMost = MostDirtyAtLeast;
        _free.Dispose();
        _dirty.Dispose();
        _frozen.Dispose();
        _preImages.Dispose();
        Count = 0;
        _next = 0;
        _sequence = 1;
        _checkpointed = 0;
        IsGathering = false;
    }

    private bool GatherPages(int maxRows, NativeList<nint> rows, NativeList<uint> slots)
    {
        uint mask = (1u << layout.PageShift) - 1;
        uint first = _cursor;
        while (_cursor < _end)
        {
            if ((_cursor & mask) >= layout.RowsPerPage)
            {
                _cursor = (_cursor | mask) + 1;
                continue;
            }

            if (rows.Count >= maxRows || (_cursor > first && IsGathered()))
            {
                return true;
            }

            uint last = *(uint*)Header(_cursor);
            if (last > _checkpointedBefore && last <= _checkpointed)
            {
                AddDue(Row(_cursor), _cursor, rows, slots);
            }

            _cursor++;
        }

        return false;
    }

    private bool GatherList(int maxRows, NativeList<nint> rows, NativeList<uint> slots)
    {
        uint first = _cursor;
        while (_cursor <= _frozen.Count)
        {
            if (rows.Count >= maxRows || (_cursor > first && IsGathered()))
            {
                return true;
            }

            uint slot = _frozen.Pointer[_cursor++ - 1];
            byte* row = Row(slot);
            uint last = *(uint*)row;
            if (last > _checkpointedBefore && last <= _checkpointed && (row[4] & Saved) == 0)
            {
                row[4] |= Saved;
                AddDue(row, slot, rows, slots);
            }
        }

        return false;
    }

    /// <summary>Puts the page of dead rows in the place of a page.</summary>
    private void Shade(int page)
    {
        _shade = pool.Spill!.Shade;
        _pages.Pointer[page] = (nint)_shade;
    }

    /// <summary>Returns a row whose long text may be out.</summary>
    private byte* Header(uint slot)
    {
        byte* page = Pages[slot >> layout.PageShift];
        uint offset = (slot & ((1u << layout.PageShift) - 1)) * (uint)layout.Stride;
        if (page != _shade)
        {
            return page + offset;
        }

        int number = (int)(slot >> layout.PageShift);
        byte* row = (byte*)_homes.Pointer[number] + offset;
        _spilled!.Ensure(row, layout.Stride, _clustered.Pointer[number] != 0);
        return row;
    }

    /// <summary>Brings a row back, and its long text.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private byte* Fetch(uint slot)
    {
        int number = (int)(slot >> layout.PageShift);
        byte* home = (byte*)_homes.Pointer[number];
        byte* row = home + ((slot & ((1u << layout.PageShift) - 1)) * layout.Stride);
        bool isWhole = _spilled!.Ensure(row, layout.Stride, _clustered.Pointer[number] != 0);
        if (IsTextOut)
        {
            Heap!.EnsureText(row, layout);
        }
        else if (isWhole)
        {
            _pages.Pointer[number] = (nint)home;
        }

        return row;
    }

    /// <summary>Returns the units of a page in which a row was changed lately, by the sequence in the rows.</summary>
    private uint RecentUnits(byte* page, uint units)
    {
        uint recent = 0;
        int stride = layout.Stride;
        for (uint left = units; left != 0; left &= left - 1)
        {
            // Rows that begin in the unit; none where a row is longer than it.
            int unit = BitOperations.TrailingZeroCount(left);
            int end = Math.Min(layout.RowsPerPage * stride, (unit + 1) * SpilledPages.UnitBytes);
            for (int at = ((unit * SpilledPages.UnitBytes) + stride - 1) / stride * stride; at < end; at += stride)
            {
                if (*(uint*)(page + at) > _coldSequence)
                {
                    recent |= 1u << unit;
                    break;
                }
            }
        }

        return recent;
    }

    private void AddDue(byte* row, uint slot, NativeList<nint> rows, NativeList<uint> slots)
    {
        if (!_full || (row[4] & Dead) == 0)
        {
            rows.Add((nint)row);
            slots.Add(slot);
            if (Heap is not null && pool.Spill is not null)
            {
                _gatherRoom -= StringHeap.TextBytes(row, layout);
            }
        }
    }

    /// <summary>Tells whether the rows gathered so far, with their text and what they brought back, are as much as one turn may hold.</summary>
    private bool IsGathered() =>
        pool.Spill is { } spill && (_gatherRoom <= 0 || spill.ReadBytes - _gatherRead > spill.LimitBytes / GatherOneIn);

    private void SaveImage(byte* row, uint slot)
    {
        int size = 8 + layout.Stride;
        byte* image = _preImages.Reserve(_preImages.Count + size) + _preImages.Count;
        *(ulong*)image = slot;
        Unsafe.CopyBlockUnaligned(image + 8, row, (uint)layout.Stride);
        _preImages.Count += size;
    }

    private void NextPage()
    {
        if (_pages.Count > 0 && (_next & ((1u << layout.PageShift) - 1)) != 0)
        {
            _next = (uint)_pages.Count << layout.PageShift;
        }

        if (_next >> layout.PageShift >= _pages.Count)
        {
            AddPage();
        }
    }

    private void AddPage(bool isHollow = false)
    {
        _pages.Reserve(_pages.Count + 1);
        _homes.Reserve(_homes.Count + 1);
        _clustered.Reserve(_clustered.Count + 1);
        isHollow &= _spilled is not null;
        byte* page = isHollow ? pool.RentUncharged() : pool.Rent(account);
        _homes.Add((nint)page);
        _clustered.Add(pool.Spill is { ReadsPages: true } ? (byte)1 : (byte)0);
        if (isHollow)
        {
            _spilled!.AddHollow(page);
            Shade(_pages.Count++);
            return;
        }

        NativeMemory.Clear(page, StatePool.PageBytes);
        _pages.Add((nint)page);
        if (IsTextOut)
        {
            Shade(_pages.Count - 1);
        }
    }

    /// <summary>Gets whether text of rows is on disk: then every row is fetched, and its text with it.</summary>
    private bool IsTextOut => _shade is not null && Heap is { SpilledBytes: > 0 };

    /// <summary>Lists a changed row unless there are so many that the next snapshot looks at all rows.</summary>
    private void AddDirty(uint slot)
    {
        _dirtyMost = Math.Max(_dirtyMost, (Count / ListOneIn) + MostDirtyAtLeast);
        if (_dirty.Count < _dirtyMost && !_dirtyOverflow)
        {
            _dirty.Add(slot);
        }
        else
        {
            _dirtyOverflow = true;
        }
    }

    /// <summary>Starts the sequence anew after 2^32 batches: only what is older or newer than the last snapshot matters.</summary>
    private void Renumber()
    {
        for (uint slot = 1; slot < _next; slot++)
        {
            if ((slot & ((1u << layout.PageShift) - 1)) < layout.RowsPerPage)
            {
                uint* last = (uint*)Row(slot);
                *last = *last == 0 ? 0 : *last <= _checkpointed ? 1u : 2u;
            }
        }

        _checkpointed = 1;
        _sequence = 3;
    }
}
