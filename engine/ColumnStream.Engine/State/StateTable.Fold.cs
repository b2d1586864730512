using System.Runtime.CompilerServices;
using ColumnStream.Compute.Kernels.Hash;

namespace ColumnStream.Engine.State;

/// <content>Finds, touches and updates rows in one pass while all is cached.</content>
internal sealed unsafe partial class StateTable
{
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
}
