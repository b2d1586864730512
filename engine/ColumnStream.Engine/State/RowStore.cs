using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Engine.State;

/// <summary>Keeps rows by slot and knows which changed since the last snapshot, of which it hands out frozen images.</summary>
/// <remarks>
/// <code>
/// barrier   checkpointed before = full ? 0 : checkpointed; checkpointed = sequence; sequence++; swap dirty lists
/// touch     before any change of a row: dirty at the first change since the barrier; while a snapshot is gathered the
///           old image of a row that is due and not yet gathered is saved
/// gather    rows due: before &lt; sequence ≤ checkpointed; by list (few dirty) or by page; then the saved images
/// </code>
/// <see cref="RowPages"/> knows where rows are, <see cref="RowGather"/> collects the rows of a snapshot.
/// </remarks>
internal sealed unsafe class RowStore(StateLayout layout, StatePool pool, BufferAllocator account, StringHeap? heap) : IDisposable
{
    /// <summary>Flag of a row whose image a snapshot by list already has.</summary>
    public const byte Saved = 1;

    /// <summary>Flag of a row that was deleted.</summary>
    public const byte Dead = 2;

    private const int RowsOfTrim = 16;
    private const uint RenumberAt = 0xFFFF0000;
    private const int MostDirtyAtLeast = 4096;
    private readonly RowPages _pages = new(layout, pool, account, heap);
    private readonly NativeList<uint> _free = new(account);
    private RowGather? _gather;
    private NativeList<uint> _dirty = new(account);
    private int _dirtyMost = MostDirtyAtLeast;
    private bool _dirtyOverflow;
    private bool _frozenOverflow;
    private uint _sequence = 1;
    private uint _checkpointed;
    private uint _abortTo;
    private uint _next;

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

    /// <summary>Gets a number that changes when rows leave memory, so that nobody keeps their addresses.</summary>
    public int Evictions => _pages.Evictions;

    /// <summary>Gets the bytes of rows that are on disk only.</summary>
    public long SpilledBytes => _pages.SpilledBytes;

    /// <summary>Gets the page addresses by slot >> page shift; a page that is not wholly in memory stands as one of dead rows that match no key.</summary>
    public byte** Pages => _pages.Table;

    /// <summary>Gets the rows alive.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the slot behind the last one ever used.</summary>
    public uint End => _next;

    /// <summary>Gets the number of the current batch.</summary>
    public uint Sequence => _sequence;

    /// <summary>Gets or sets the time that touched rows get, where the layout has a place for it.</summary>
    public long NowMs { get; set; }

    /// <summary>Gets whether a snapshot is under way.</summary>
    public bool IsGathering => _gather is { IsUnderWay: true };

    /// <summary>Gets the native bytes held.</summary>
    public long Bytes => ((long)_pages.Count * StatePool.PageBytes) - SpilledBytes
        + _free.Bytes + _dirty.Bytes + (_gather?.Bytes ?? 0);

    /// <summary>Makes the first page, whose row 0 matches no key.</summary>
    public void Open()
    {
        _pages.Add();
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
    public byte* Row(uint slot) => _pages.Row(slot);

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

            if (IsGathering && Injected != Fault.NoPreImages)
            {
                _gather!.Save(row, slot, last);
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

        _gather ??= new RowGather(layout, _pages, pool, account, heap);
        _abortTo = _checkpointed;
        uint before = full ? 0 : _checkpointed;
        _checkpointed = _sequence;
        _sequence++;
        (_gather.Frozen, _dirty) = (_dirty, _gather.Frozen);
        _dirty.Count = 0;
        _frozenOverflow = _dirtyOverflow;
        _dirtyOverflow = false;

        // By list up to 2.5 % of the rows: a listed row costs 96 ns, a scanned one 2.6.
        bool byPage = full || _frozenOverflow || _gather.Frozen.Count > Count / ListOneIn;
        _gather.Begin(before, _checkpointed, _next, byPage, full);
    }

    /// <summary>Collects about <paramref name="maxRows"/> due rows; false when these are the last.</summary>
    /// <param name="maxRows">About how many rows, saved images not counted.</param>
    /// <param name="rows">Receives addresses of rows and images; good until the next touch.</param>
    /// <param name="slots">Receives their slots.</param>
    public bool Gather(int maxRows, NativeList<nint> rows, NativeList<uint> slots) => _gather!.Next(maxRows, rows, slots);

    /// <summary>Ends a snapshot whose rows were all taken.</summary>
    public void EndSnapshot() => _gather?.End();

    /// <summary>Gives up a snapshot; what it held is dirty again.</summary>
    public void AbortSnapshot()
    {
        if (!IsGathering)
        {
            return;
        }

        NativeList<uint> frozen = _gather!.Frozen;
        for (int i = 0; i < _dirty.Count; i++)
        {
            frozen.Add(_dirty.Pointer[i]);
        }

        (_gather.Frozen, _dirty) = (_dirty, frozen);
        _dirtyOverflow |= _frozenOverflow;
        for (int i = 0; i < _dirty.Count && !_gather.IsByPage; i++)
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
            _pages.Add(isHollow: true);
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
    public long Evict(long wantedBytes, bool evenUsed) => _pages.Evict(wantedBytes, evenUsed, _sequence);

    /// <summary>Puts text on disk; nobody may hold its address. From then on every row is fetched, and its text with it.</summary>
    public long EvictText(long wantedBytes, bool evenUsed) => _pages.EvictText(wantedBytes, evenUsed);

    /// <summary>Gives all memory back.</summary>
    public void Dispose()
    {
        _pages.Dispose();
        _gather?.Dispose();
        _dirtyOverflow = false;
        _dirtyMost = MostDirtyAtLeast;
        _free.Dispose();
        _dirty.Dispose();
        Count = 0;
        _next = 0;
        _sequence = 1;
        _checkpointed = 0;
    }

    private void NextPage()
    {
        if (_pages.Count > 0 && (_next & ((1u << layout.PageShift) - 1)) != 0)
        {
            _next = (uint)_pages.Count << layout.PageShift;
        }

        if (_next >> layout.PageShift >= _pages.Count)
        {
            _pages.Add();
        }
    }

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
