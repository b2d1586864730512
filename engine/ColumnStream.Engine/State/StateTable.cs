using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Kernels.Hash;

namespace ColumnStream.Engine.State;

/// <summary>Maps keys to rows of aggregates: find-or-create for a batch at a time, in blocks of 256. One thread.</summary>
/// <remarks>Row addresses stay good until <see cref="Clear"/>; rows change only after <see cref="Touch"/>.</remarks>
internal sealed unsafe class StateTable : IDisposable
{
    /// <summary>Rows of a block: enough to hide a miss, few enough to stay in L1.</summary>
    public const int BlockRows = 256;

    /// <summary>Above this many bytes of index and rows, prefetching pays; below, it costs.</summary>
    private const long PrefetchBytes = 1 << 20;

    private readonly BufferAllocator _account;
    private readonly StateIndex _index;
    private readonly RowStore _rows;
    private readonly int[] _missed = new int[BlockRows];
    private readonly NativeList<nint> _touchedRows;
    private readonly NativeList<uint> _touchedSlots;
    private readonly NativeList<ulong> _touchedHashes;
    private readonly NativeList<byte> _touchedImages;
    private readonly StateTtl? _ttl;
    private bool _tracksTouched;
    private uint _swept = 1;
    private long _deadlineMs = long.MinValue;

    /// <summary>Makes an empty table that takes memory at first use.</summary>
    public StateTable(StateLayout layout, StatePool pool, BufferAllocator account)
    {
        Layout = layout;
        _account = account;
        _index = new StateIndex(pool, account);
        _rows = new RowStore(layout, pool, account);
        Heap = new StringHeap(pool, account);
        _touchedRows = new NativeList<nint>(account);
        _touchedSlots = new NativeList<uint>(account);
        _touchedHashes = new NativeList<ulong>(account);
        _touchedImages = new NativeList<byte>(account);
    }

    /// <summary>Gets where keys and cells stand in a row.</summary>
    public StateLayout Layout { get; }

    /// <summary>Gets the bytes of long text in rows.</summary>
    public StringHeap Heap { get; }

    /// <summary>Gets whether rows are found by key; otherwise they are only appended, equal ones too, and linked by who knows them.</summary>
    public bool IsIndexed { get; init; } = true;

    /// <summary>Gets the rows by slot and their snapshot protocol.</summary>
    public RowStore Rows => _rows;

    /// <summary>Gets the rows alive.</summary>
    public int Count => _rows.Count;

    /// <summary>Gets a number that changes when rows go, so that nobody keeps their addresses.</summary>
    public int Generation { get; private set; }

    /// <summary>Gets when rows expire, or null when they never do.</summary>
    public StateTtl? Ttl
    {
        get => _ttl;
        init
        {
            _ttl = value;
            Refresh();
        }
    }

    /// <summary>Gets or sets what is told of a row and its slot before it expires: what hangs on the row goes with it.</summary>
    public Action<nint, uint>? Expiring { get; set; }

    /// <summary>Gets the native bytes held.</summary>
    public long Bytes => _index.Bytes + _rows.Bytes + Heap.Bytes + _touchedImages.Bytes;

    /// <summary>Gets the number of rows touched in this batch.</summary>
    public int TouchedCount => _touchedRows.Count;

    /// <summary>Gets the rows touched in this batch, in order of first touch.</summary>
    public byte** TouchedRows => (byte**)_touchedRows.Pointer;

    /// <summary>Gets the slots of <see cref="TouchedRows"/>.</summary>
    public uint* TouchedSlots => _touchedSlots.Pointer;

    /// <summary>Gets the key hashes of <see cref="TouchedRows"/>.</summary>
    public ulong* TouchedHashes => _touchedHashes.Pointer;

    /// <summary>Returns the image that touched row <paramref name="index"/> had before; the dead flag says it was not there.</summary>
    public byte* TouchedImage(int index) => _touchedImages.Pointer + ((long)index * Layout.Stride);

    /// <summary>Begins a batch whose touched rows and their old images are listed.</summary>
    public void BeginBatch()
    {
        _tracksTouched = true;
        _touchedRows.Count = 0;
        _touchedSlots.Count = 0;
        _touchedHashes.Count = 0;
        _touchedImages.Count = 0;
        if (!_rows.IsGathering)
        {
            Heap.Reclaim();
        }

        _rows.BeginBatch();
        Refresh();
    }

    /// <summary>Begins a batch without a list of touched rows.</summary>
    public void BeginUnlisted()
    {
        if (!_rows.IsGathering)
        {
            Heap.Reclaim();
        }

        _rows.BeginBatch();
        Refresh();
    }

    /// <summary>Makes a row of each input row [start, start + count), touched, whatever is there already.</summary>
    public void Append(KeyEncoder keys, int start, int count, byte** rows, uint* slots)
    {
        EnsureOpen();
        int width = Layout.KeyWords;
        ulong* words = keys.Words + ((long)start * width);
        ushort* nulls = keys.Nulls + start;
        for (int i = 0; i < count; i++, words += width)
        {
            byte* row = _rows.Create(out slots[i]);
            *(ushort*)(row + 6) = nulls[i];
            for (int w = 0; w < width; w++)
            {
                ((ulong*)(row + StateLayout.HeaderBytes))[w] = words[w];
            }

            StoreText(row);
            rows[i] = row;
        }
    }

    /// <summary>Finds or creates the rows of input rows [start, start + count), at most a block; new ones are touched.</summary>
    /// <param name="keys">The encoded batch.</param>
    /// <param name="hashes">Hashes of the whole batch.</param>
    /// <param name="start">First input row.</param>
    /// <param name="count">Number of input rows.</param>
    /// <param name="rows">Receives a row an input row.</param>
    /// <param name="slots">Receives a slot an input row.</param>
    public void FindOrCreate(KeyEncoder keys, ulong* hashes, int start, int count, byte** rows, uint* slots) => FindOrCreate(
        keys.Words + ((long)start * Layout.KeyWords), keys.Nulls + start, keys.Shape, hashes + start, count, rows, slots);

    /// <summary>Finds or creates the rows of encoded keys, at most a block; new ones are touched.</summary>
    public void FindOrCreate(ulong* words, ushort* nulls, KeyShape shape, ulong* hashes, int count, byte** rows, uint* slots)
    {
        EnsureOpen();
        switch (shape)
        {
            case KeyShape.Word:
                FindBlock(new WordKey(words, nulls), hashes, count, rows, slots);
                break;
            case KeyShape.TwoWords:
                FindBlock(new TwoWordKey(words, nulls), hashes, count, rows, slots);
                break;
            case KeyShape.View:
                FindBlock(new ViewKey(words, nulls), hashes, count, rows, slots);
                break;
            default:
                FindBlock(new GeneralKey(words, nulls, Layout.KeyWords, Layout.LongKeyWords), hashes, count, rows, slots);
                break;
        }

        if (_ttl is not null)
        {
            RenewExpired(new GeneralKey(words, nulls, Layout.KeyWords, Layout.LongKeyWords), hashes, count, rows, slots);
        }
    }

    /// <summary>Gets whether index and rows are small enough for <see cref="Fold"/>, which does not prefetch.</summary>
    public bool CanFold =>
        _ttl is null && StateIndex.HasVectors && !StateIndex.ForceScalar && _index.Bytes + _rows.Bytes <= PrefetchBytes;

    /// <summary>Finds or creates, touches and updates the rows of input rows [start, start + count) in one pass.</summary>
    /// <remarks>
    /// While all is cached, three passes over a block cost twice as much as one. Rows that have to be created, searched for
    /// or touched wait for the end of the block, in their order: updates of one block must not depend on order.
    /// </remarks>
    public void Fold<TUpdate>(KeyEncoder keys, ulong* hashes, int start, int count, TUpdate update)
        where TUpdate : struct, IRowUpdate
    {
        EnsureOpen();
        ulong* words = keys.Words + ((long)start * Layout.KeyWords);
        ushort* nulls = keys.Nulls + start;
        hashes += start;
        switch (keys.Shape)
        {
            case KeyShape.Word:
                FoldBlock(new WordKey(words, nulls), update, hashes, count);
                break;
            case KeyShape.TwoWords:
                FoldBlock(new TwoWordKey(words, nulls), update, hashes, count);
                break;
            case KeyShape.View:
                FoldBlock(new ViewKey(words, nulls), update, hashes, count);
                break;
            default:
                var key = new GeneralKey(words, nulls, Layout.KeyWords, Layout.LongKeyWords);
                FoldBlock(key, update, hashes, count);
                break;
        }
    }

    /// <summary>Does what <see cref="Fold"/> does for keys of one word, none NULL, and looks into the cache first.</summary>
    /// <returns>Whether it was done: not while the cache pauses.</returns>
    public bool TryFold<TUpdate>(KeyEncoder keys, int start, int count, TUpdate update, RowCache cache)
        where TUpdate : struct, IRowUpdate
    {
        EnsureOpen();
        if (_ttl is not null || !cache.TryBind(this, count))
        {
            return false;
        }

        ulong* words = keys.Words + start;
        int* late = stackalloc int[BlockRows];
        int lateCount = FoldKnown(words, update, count, late, cache.Entries);
        FoldLate(new WordKey(words, keys.Nulls + start), words, update, late, lateCount, cache.Entries);
        cache.Judge(count, lateCount);
        return true;
    }

    /// <summary>Finds the row of one encoded key, or null.</summary>
    /// <param name="words">The key's words.</param>
    /// <param name="nulls">Its null bits.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="slot">Receives the row's slot.</param>
    /// <param name="evenExpired">Whether a row whose time is over counts: to link what will go with it.</param>
    public byte* Find(ulong* words, ushort* nulls, ulong hash, out uint slot, bool evenExpired = false)
    {
        slot = 0;
        byte* row = _index.IsOpen
            ? Search(new GeneralKey(words, nulls, Layout.KeyWords, Layout.LongKeyWords), (uint)hash, 0, out slot)
            : null;
        if (row is not null && !evenExpired && IsExpired(row))
        {
            slot = 0;
            return null;
        }

        return row;
    }

    /// <summary>Finds or creates the row of one encoded key.</summary>
    public byte* FindOrCreate(ulong* words, ushort* nulls, ulong hash, out uint slot)
    {
        EnsureOpen();
        var key = new GeneralKey(words, nulls, Layout.KeyWords, Layout.LongKeyWords);
        if (!IsIndexed)
        {
            byte* appended = _rows.Create(out slot);
            key.Store(appended, 0);
            StoreText(appended);
            return appended;
        }

        byte* row = FindOrCreateOne(key, hash, 0, out slot);
        if (IsExpired(row))
        {
            Expire(row, slot, hash);
            row = FindOrCreateOne(key, hash, 0, out slot);
        }

        return row;
    }

    /// <summary>Finds or creates the rows whose keys stand in rows of another table of this layout, at most a block.</summary>
    /// <remarks>Only the low half of the hashes is known: for tables that no snapshot sees.</remarks>
    public void FindOrCreate(byte** sources, ulong* hashes, int count, byte** rows, uint* slots)
    {
        EnsureOpen();
        FindBlock(new SourceRowKey(sources, Layout.KeyWords, Layout.LongKeyWords), hashes, count, rows, slots);
    }

    /// <summary>Finds or creates rows by the leading columns that the layout's rows are found by; all else stays zero.</summary>
    /// <remarks>The owner stores the rest with <see cref="RowWords"/>. Heads have at most 15 columns.</remarks>
    public void FindOrCreateHeads(KeyEncoder heads, int headWords, ulong* hashes, int start, int count, byte** rows, uint* slots)
    {
        EnsureOpen();
        var key = new HeadKey(heads.Words + ((long)start * headWords), heads.Nulls + start, headWords, Layout);
        FindBlock(key, hashes + start, count, rows, slots);
        RenewExpired(key, hashes + start, count, rows, slots);
    }

    /// <summary>Adds a row that only links reach, of zeros; touched.</summary>
    public byte* AppendEmpty(out uint slot)
    {
        EnsureOpen();
        return _rows.Create(out slot);
    }

    /// <summary>Walks all rows, a block at a time: returns 0 at the end.</summary>
    public int Entries(ref long position, ulong* hashes, uint* slots, byte** rows)
    {
        int count = _index.Entries(ref position, hashes, slots, BlockRows);
        for (int i = 0; i < count; i++)
        {
            rows[i] = _rows.Row(slots[i]);
        }

        return count;
    }

    /// <summary>Notes that rows of a block are about to change.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Touch(byte** rows, uint* slots, ulong* hashes, int count)
    {
        uint current = _rows.Sequence;
        for (int i = 0; i < count; i++)
        {
            if (*(uint*)rows[i] != current)
            {
                if (_tracksTouched)
                {
                    List(rows[i], slots[i], hashes[i]);
                }

                _rows.Touch(rows[i], slots[i]);
            }
        }
    }

    /// <summary>Deletes a row found before under <paramref name="hash"/>.</summary>
    public void Delete(byte* row, uint slot, ulong hash)
    {
        Generation++;
        if (IsIndexed)
        {
            _index.Remove((uint)hash, slot);
        }

        if (Layout.HasViewKeys || Layout.HasViewCells)
        {
            FreeText(row);
        }

        _rows.Delete(row, slot, hash);
    }

    /// <summary>Tells whether a row's time is over: nobody may use it, and the next sweep takes it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsExpired(byte* row) => _ttl is not null && *(long*)(row + Layout.TimeOffset) <= _deadlineMs;

    /// <summary>Deletes what expired in the next pages, round and round; call it between batches.</summary>
    /// <param name="pages">How many pages of rows are looked at.</param>
    /// <returns>Whether rows remain that may expire.</returns>
    public bool Sweep(int pages = 2)
    {
        if (_ttl is null || Count == 0)
        {
            return false;
        }

        Refresh();
        long* found = stackalloc long[BlockRows];
        uint* slots = stackalloc uint[BlockRows];
        int count = 0;
        uint end = (uint)Math.Min(_rows.End, _swept + ((long)pages << Layout.PageShift));
        for (; _swept < end; _swept++)
        {
            if (_rows.IsLive(_swept) && IsExpired(_rows.Row(_swept)))
            {
                found[count] = (nint)_rows.Row(_swept);
                slots[count++] = _swept;
                if (count == BlockRows)
                {
                    Expire((byte**)found, slots, count);
                    count = 0;
                }
            }
        }

        Expire((byte**)found, slots, count);
        _swept = _swept >= _rows.End ? 1 : _swept;
        return Count > 0;
    }

    /// <summary>Deletes rows, at most a block, whose hashes are not at hand.</summary>
    public void Delete(byte** rows, uint* slots, int count)
    {
        ulong* hashes = stackalloc ulong[BlockRows];
        HashRows(rows, count, hashes);
        for (int i = 0; i < count; i++)
        {
            Delete(rows[i], slots[i], hashes[i]);
        }
    }

    /// <summary>Returns the next live row at or behind <paramref name="slot"/> and moves behind it; null at the end.</summary>
    public byte* NextLive(ref uint slot)
    {
        for (; slot < _rows.End; slot++)
        {
            if (_rows.IsLive(slot))
            {
                return _rows.Row(slot++);
            }
        }

        return null;
    }

    /// <summary>Fills the index from rows that a restore placed.</summary>
    public void Reindex(uint slot, ulong hash)
    {
        if (IsIndexed)
        {
            _index.Insert((uint)hash, slot);
        }
    }

    /// <summary>Takes memory if none was taken yet.</summary>
    public void EnsureOpen()
    {
        if (_rows.End == 0)
        {
            _rows.Open();
            if (IsIndexed)
            {
                _index.Open();
            }
        }
    }

    /// <summary>Drops all rows and gives their memory back.</summary>
    public void Clear()
    {
        Generation++;
        _index.Dispose();
        _rows.Dispose();
        Heap.Dispose();
        _touchedRows.Dispose();
        _touchedSlots.Dispose();
        _touchedHashes.Dispose();
        _touchedImages.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    // Slots in the index are below the store's end and buckets lie inside their segment, both by construction; the
    // encoder made `count` keys. So no access in these loops needs a check.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FindBlock<TKey>(TKey key, ulong* hashes, int count, byte** rows, uint* slots)
        where TKey : struct, IRowKey
    {
        bool prefetch = Sse.IsSupported && _index.Bytes + _rows.Bytes > PrefetchBytes;
        bool scalar = StateIndex.ForceScalar;
        byte** directory = _index.Directory;
        int shift = _index.Shift;
        uint mask = _index.Mask;
        byte** pages = _rows.Pages;
        int pageShift = Layout.PageShift;
        uint rowMask = (1u << pageShift) - 1;
        uint stride = (uint)Layout.Stride;
        if (prefetch)
        {
            for (int i = 0; i < count; i++)
            {
                uint hash = (uint)hashes[i];
                Sse.Prefetch0(directory[(ulong)hash >> shift] + ((hash & mask) * 64));
            }
        }

        for (int i = 0; i < count; i++)
        {
            uint hash = (uint)hashes[i];
            byte* bucket = directory[(ulong)hash >> shift] + ((hash & mask) * 64);
            uint match = StateIndex.Match(bucket, hash, scalar);
            uint slot = StateIndex.SlotOf(bucket, match);
            byte* row = pages[slot >> pageShift] + ((slot & rowMask) * stride);
            slots[i] = slot;
            rows[i] = row;
            if (prefetch)
            {
                Sse.Prefetch0(row);
            }
        }

        if (prefetch)
        {
            for (int i = 0; i < count; i++)
            {
                key.Prefetch(rows[i]);
            }
        }

        int missed = 0;
        fixed (int* misses = _missed)
        {
            for (int i = 0; i < count; i++)
            {
                misses[missed] = i;
                missed += 1 - Unsafe.BitCast<bool, byte>(key.Matches(rows[i], i));
                missed &= BlockRows - 1;
            }

            // A block of nothing but misses wraps to 0.
            missed = missed == 0 && count == BlockRows && !key.Matches(rows[0], 0) ? BlockRows : missed;
            for (int k = 0; k < missed; k++)
            {
                int i = misses[k];
                rows[i] = FindOrCreateOne(key, hashes[i], i, out slots[i]);
            }
        }
    }

    // No call and no branch on data in the first loops: a call spills what the loop holds in registers, and a branch
    // that is mispredicted lays bare the latency of loads that depend on each other.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FoldBlock<TKey, TUpdate>(TKey key, TUpdate update, ulong* hashes, int count)
        where TKey : struct, IRowKey
        where TUpdate : struct, IRowUpdate
    {
        int* late = stackalloc int[BlockRows];
        int lateCount = FoldReady(key, update, hashes, count, late);
        for (int k = 0; k < lateCount; k++)
        {
            int i = late[k];
            update.Apply(FindAndTouch(key, hashes[i], i), i, 1);
        }
    }

    /// <summary>Updates rows that the cache knows; lists the input rows of all others and returns how many there are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int FoldKnown<TUpdate>(
        ulong* words, TUpdate update, int count, int* late, RowCache.Entry* entries)
        where TUpdate : struct, IRowUpdate
    {
        nint lateCount = 0;
        for (nint i = 0; i < count; i++)
        {
            ulong word = words[i];
            RowCache.Entry* entry = entries + RowCache.PlaceOf(word);
            int isKnown = Unsafe.BitCast<bool, byte>(entry->Key == word);
            update.Apply(entry->Row, (int)i, isKnown);
            late[lateCount] = (int)i;
            lateCount += 1 - isKnown;
        }

        return (int)lateCount;
    }

    /// <summary>Updates the rows of listed input rows, which the cache learns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FoldLate<TUpdate>(
        WordKey key, ulong* words, TUpdate update, int* late, int lateCount, RowCache.Entry* entries)
        where TUpdate : struct, IRowUpdate
    {
        StateIndex index = _index;
        RowStore rows = _rows;
        uint current = rows.Sequence;
        for (int k = 0; k < lateCount; k++)
        {
            int i = late[k];
            ulong word = words[i];
            ulong hash = Hash64.Word(word);
            byte* bucket = index.Bucket((uint)hash);
            byte* row = rows.Row(StateIndex.SlotOf(bucket, StateIndex.MatchVector(bucket, (uint)hash)));
            if (!key.Matches(row, i) || *(uint*)row != current)
            {
                row = FindAndTouch(key, hash, i);
            }

            update.Apply(row, i, 1);
            entries[RowCache.PlaceOf(word)] = new RowCache.Entry { Key = word, Row = row };
        }
    }

    private void Refresh()
    {
        if (_ttl is not null)
        {
            _ttl.Refresh();
            _rows.NowMs = _ttl.NowMs;
            _deadlineMs = _ttl.NowMs - _ttl.TtlMs;
        }
    }

    /// <summary>Puts new rows in the place of expired ones among those that were found.</summary>
    private void RenewExpired<TKey>(TKey key, ulong* hashes, int count, byte** rows, uint* slots)
        where TKey : struct, IRowKey
    {
        for (int i = 0; _ttl is not null && i < count; i++)
        {
            // A row may stand here twice: the second time it is new.
            if (IsExpired(rows[i]))
            {
                Expire(rows[i], slots[i], hashes[i]);
                rows[i] = FindOrCreateOne(key, hashes[i], i, out slots[i]);
            }
        }
    }

    private void Expire(byte** rows, uint* slots, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Expiring?.Invoke((nint)rows[i], slots[i]);
        }

        if (count > 0)
        {
            Delete(rows, slots, count);
        }
    }

    private void Expire(byte* row, uint slot, ulong hash)
    {
        Expiring?.Invoke((nint)row, slot);
        Delete(row, slot, hash);
    }

    private void HashRows(byte** rows, int count, ulong* hashes)
    {
        var columns = new ArrayData[Layout.Keys.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = RowColumns.Key(Layout, i, StateLayout.FileType(Layout.Keys[i].Type), rows, count, _account);
        }

        Layout.Hash(columns, count, hashes);
        foreach (ArrayData column in columns)
        {
            column.Release();
        }
    }

    private byte* FindAndTouch<TKey>(TKey key, ulong hash, int index)
        where TKey : struct, IRowKey
    {
        byte* row = FindOrCreateOne(key, hash, index, out uint slot);
        if (*(uint*)row != _rows.Sequence)
        {
            if (_tracksTouched)
            {
                List(row, slot, hash);
            }

            _rows.Touch(row, slot);
        }

        return row;
    }

    /// <summary>Updates the rows that exist and were touched in this batch; lists the input rows of all others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FoldReady<TKey, TUpdate>(TKey key, TUpdate update, ulong* hashes, int count, int* late)
        where TKey : struct, IRowKey
        where TUpdate : struct, IRowUpdate
    {
        byte** directory = _index.Directory;
        int shift = _index.Shift;
        uint mask = _index.Mask;
        byte** pages = _rows.Pages;
        int pageShift = Layout.PageShift;
        uint rowMask = (1u << pageShift) - 1;
        uint stride = (uint)Layout.Stride;
        uint current = _rows.Sequence;
        int lateCount = 0;
        for (int i = 0; i < count; i++)
        {
            uint hash = (uint)hashes[i];
            byte* bucket = directory[(ulong)hash >> shift] + ((hash & mask) * 64);
            uint slot = StateIndex.SlotOf(bucket, StateIndex.MatchVector(bucket, hash));
            byte* row = pages[slot >> pageShift] + ((slot & rowMask) * stride);
            int isReady = Unsafe.BitCast<bool, byte>(key.Matches(row, i) & *(uint*)row == current);

            // Adding nothing to a row that is another's, or to row 0, changes nothing.
            update.Apply(row, i, isReady);
            late[lateCount] = i;
            lateCount += 1 - isReady;
        }

        return lateCount;
    }

    private byte* FindOrCreateOne<TKey>(TKey key, ulong hash, int index, out uint slot)
        where TKey : struct, IRowKey
    {
        byte* row = Search(key, (uint)hash, index, out slot);
        if (row is not null)
        {
            return row;
        }

        row = _rows.Create(out slot);
        key.Store(row, index);
        StoreText(row);
        _index.Insert((uint)hash, slot);
        if (_tracksTouched)
        {
            List(null, slot, hash);
            _touchedRows.Pointer[_touchedRows.Count - 1] = (nint)row;
        }

        return row;
    }

    private byte* Search<TKey>(TKey key, uint hash, int index, out uint slot)
        where TKey : struct, IRowKey
    {
        for (byte* bucket = _index.Bucket(hash); ; bucket = _index.Next(bucket, hash))
        {
            for (uint match = StateIndex.Match(bucket, hash, StateIndex.ForceScalar); match != 0; match &= match - 1)
            {
                slot = StateIndex.SlotOf(bucket, match);
                byte* row = _rows.Row(slot);
                if (slot != 0 && key.Matches(row, index))
                {
                    return row;
                }
            }

            if (StateIndex.HasEmpty(bucket))
            {
                slot = 0;
                return null;
            }
        }
    }

    /// <summary>Gives the long text of a new row's key to the heap.</summary>
    private void StoreText(byte* row)
    {
        for (ulong words = Layout.LongKeyWords; words != 0; words &= words - 1)
        {
            int word = System.Numerics.BitOperations.TrailingZeroCount(words) - 1;
            Heap.Store((StringView*)(row + StateLayout.HeaderBytes + (word * 8)));
        }
    }

    /// <summary>Adds a row to the batch's list with its image, or with the image of nothing.</summary>
    private void List(byte* row, uint slot, ulong hash)
    {
        _touchedRows.Add((nint)row);
        _touchedSlots.Add(slot);
        _touchedHashes.Add(hash);
        int stride = Layout.Stride;
        byte* image = _touchedImages.Reserve(_touchedImages.Count + stride) + _touchedImages.Count;
        _touchedImages.Count += stride;
        if (row is null)
        {
            new Span<byte>(image, stride).Clear();
            image[4] = RowStore.Dead;
        }
        else
        {
            Unsafe.CopyBlockUnaligned(image, row, (uint)stride);
        }
    }

    internal void FreeText(byte* row)
    {
        for (ulong words = Layout.LongKeyWords; words != 0; words &= words - 1)
        {
            int word = System.Numerics.BitOperations.TrailingZeroCount(words) - 1;
            Heap.Free((StringView*)(row + StateLayout.HeaderBytes + (word * 8)));
        }

        for (int i = 0; i < Layout.Cells.Count; i++)
        {
            var cell = (StringView*)(row + Layout.CellOffsets[i]);
            switch (Layout.Cells[i].Type)
            {
                case CellType.View:
                    Heap.Free(cell);
                    break;
                case CellType.Bytes:
                    Heap.FreeGrown(cell);
                    break;
            }
        }
    }
}
