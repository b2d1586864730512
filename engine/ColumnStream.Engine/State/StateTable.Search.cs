using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ColumnStream.Compute.Kernels.Hash;

namespace ColumnStream.Engine.State;

/// <content>Finds and creates rows by key, a block at a time.</content>
internal sealed unsafe partial class StateTable
{
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
        FindBlock(words, nulls, shape, hashes, count, rows, slots, creates: true);
        if (_ttl is not null)
        {
            RenewExpired(new GeneralKey(words, nulls, Layout.KeyWords, Layout.LongKeyWords), hashes, count, rows, slots);
        }
    }

    /// <summary>Finds the rows of input rows [start, start + count), at most a block; row 0, all zeros, for a key that is not there.</summary>
    public void Find(KeyEncoder keys, ulong* hashes, int start, int count, byte** rows, uint* slots)
    {
        EnsureOpen();
        ulong* words = keys.Words + ((long)start * Layout.KeyWords);
        FindBlock(words, keys.Nulls + start, keys.Shape, hashes + start, count, rows, slots, creates: false);
    }

    /// <summary>Finds rows of keys of one word, none NULL, at most a block, and looks into the cache first; nothing need be hashed before.</summary>
    /// <remarks>For tables that no snapshot sees and whose rows never go: a hit is no touch.</remarks>
    /// <param name="keys">The encoded batch.</param>
    /// <param name="start">First input row.</param>
    /// <param name="count">Number of input rows.</param>
    /// <param name="rows">Receives a row an input row; row 0, all zeros, for a key that is not there.</param>
    /// <param name="creates">Whether rows are made for keys that are not there.</param>
    /// <param name="cache">Knows the rows of recent keys.</param>
    /// <returns>Whether it was done: not while the cache pauses.</returns>
    public bool TryFind(KeyEncoder keys, int start, int count, byte** rows, bool creates, RowCache cache)
    {
        EnsureOpen();
        if (!cache.TryBind(this, count))
        {
            return false;
        }

        ulong* words = keys.Words + start;
        int* late = stackalloc int[BlockRows];
        int lateCount = FindKnown(words, rows, count, late, cache.Entries);
        if (lateCount > 0)
        {
            FindLate(words, rows, late, lateCount, creates, cache.Entries);
        }

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

    private void FindBlock(
        ulong* words, ushort* nulls, KeyShape shape, ulong* hashes, int count, byte** rows, uint* slots, bool creates)
    {
        switch (shape)
        {
            case KeyShape.Word:
                FindBlock(new WordKey(words, nulls), hashes, count, rows, slots, creates);
                break;
            case KeyShape.TwoWords:
                FindBlock(new TwoWordKey(words, nulls), hashes, count, rows, slots, creates);
                break;
            case KeyShape.View:
                FindBlock(new ViewKey(words, nulls), hashes, count, rows, slots, creates);
                break;
            default:
                var key = new GeneralKey(words, nulls, Layout.KeyWords, Layout.LongKeyWords);
                FindBlock(key, hashes, count, rows, slots, creates);
                break;
        }
    }

    /// <summary>Reads rows that the cache knows; lists the input rows of all others and returns how many there are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int FindKnown(ulong* words, byte** rows, int count, int* late, RowCache.Entry* entries)
    {
        nint lateCount = 0;
        for (nint i = 0; i < count; i++)
        {
            ulong word = words[i];
            RowCache.Entry* entry = entries + RowCache.PlaceOf(word);
            rows[i] = entry->Row;
            late[lateCount] = (int)i;
            lateCount += entry->Key == word ? 0 : 1;
        }

        return (int)lateCount;
    }

    /// <summary>Finds the rows of listed input rows, which the cache learns.</summary>
    private void FindLate(ulong* words, byte** rows, int* late, int count, bool creates, RowCache.Entry* entries)
    {
        ulong* lateWords = stackalloc ulong[BlockRows];
        ulong* hashes = stackalloc ulong[BlockRows];
        ushort* nulls = stackalloc ushort[BlockRows];
        byte** found = stackalloc byte*[BlockRows];
        uint* slots = stackalloc uint[BlockRows];
        for (int k = 0; k < count; k++)
        {
            lateWords[k] = words[late[k]];
            hashes[k] = Hash64.Word(lateWords[k]);
            nulls[k] = 0;
        }

        FindBlock(new WordKey(lateWords, nulls), hashes, count, found, slots, creates);
        byte* none = _rows.Row(0);
        for (int k = 0; k < count; k++)
        {
            rows[late[k]] = found[k];
            if (found[k] != none)
            {
                entries[RowCache.PlaceOf(lateWords[k])] = new RowCache.Entry { Key = lateWords[k], Row = found[k] };
            }
        }
    }

    // Slots in the index are below the store's end and buckets lie inside their segment, both by construction; the
    // encoder made `count` keys. So no access in these loops needs a check.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FindBlock<TKey>(TKey key, ulong* hashes, int count, byte** rows, uint* slots, bool creates = true)
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
                rows[i] = creates ? FindOrCreateOne(key, hashes[i], i, out slots[i])
                    : Search(key, (uint)hashes[i], i, out slots[i]);
                rows[i] = rows[i] is null ? _rows.Row(0) : rows[i];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
}
