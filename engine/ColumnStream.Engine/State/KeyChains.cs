using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.Operators;

namespace ColumnStream.Engine.State;

/// <summary>Finds the rows of two sides by one key: a search serves both the probe of one side and the insert into the other.</summary>
/// <remarks>
/// <code>
/// key row   header | key words | chain of side 0 (head, tail) | chain of side 1 | hash
/// </code>
/// All of it follows from the rows, so no snapshot holds it: after a restore it is made anew. Chains are in the order of the
/// sides' <see cref="ChainedRows.OrderOffset"/>, equals in the order of arrival; rows come nearly in order, so one is put in from the end.
/// </remarks>
internal sealed unsafe class KeyChains : IDisposable
{
    private readonly ChainedRows[] _sides;
    private readonly BufferAllocator _account;
    private readonly StateTable _keys;
    private readonly KeyEncoder _encoder;
    private readonly NativeList<ulong> _hashes;
    private readonly NativeList<nint> _rows;
    private readonly NativeList<uint> _slots;
    private readonly int _chainOffset;
    private readonly int _hashOffset;
    private int _restores;

    /// <summary>Makes chains for keys of the given columns.</summary>
    public KeyChains(ValueList<Field> keys, ChainedRows left, ChainedRows right, OperatorContext context)
    {
        _sides = [left, right];
        _account = context.Allocator;
        var layout = new StateLayout(
            keys, [new("left", CellType.Int64), new("right", CellType.Int64), new("hash", CellType.Int64)]);
        _chainOffset = layout.CellOffsets[0];
        _hashOffset = layout.CellOffsets[2];
        _keys = new StateTable(layout, context.Pages, _account);
        _encoder = new KeyEncoder(layout, _account);
        _hashes = new NativeList<ulong>(_account);
        _rows = new NativeList<nint>(_account);
        _slots = new NativeList<uint>(_account);
    }

    /// <summary>Gets the key's row of each input row of the last <see cref="Find"/>.</summary>
    public byte** Rows => (byte**)_rows.Pointer;

    /// <summary>Gets the slots of <see cref="Rows"/>.</summary>
    public uint* Slots => _slots.Pointer;

    /// <summary>Gets the number of keys with rows.</summary>
    public int Count => _keys.Count;

    /// <summary>Returns the row of a key's slot.</summary>
    public byte* Row(uint slot) => _keys.Rows.Row(slot);

    /// <summary>Returns the chain of a key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ChainEnds* Chain(byte* key, int side) => (ChainEnds*)(key + _chainOffset) + side;

    /// <summary>Finds or creates the keys of a batch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Find(ReadOnlySpan<ArrayData> keys, int count)
    {
        _keys.Heap.Reclaim();
        _rows.Reserve(count);
        _slots.Reserve(count);
        ulong* hashes = _hashes.Reserve(Math.Max(1, count));
        _keys.Layout.Hash(keys, count, hashes);
        _encoder.Encode(keys, count);
        for (int at = 0; at < count; at += StateTable.BlockRows)
        {
            int block = Math.Min(StateTable.BlockRows, count - at);
            byte** rows = Rows + at;
            _keys.FindOrCreate(_encoder, hashes, at, block, rows, Slots + at);
            for (int i = 0; i < block; i++)
            {
                *(ulong*)(rows[i] + _hashOffset) = hashes[at + i];
            }
        }
    }

    /// <summary>Loads the ends of a side's chains into the cache: [start, end) of the input rows found last.</summary>
    public void Prefetch(int side, int start, int end)
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        ChainedRows rows = _sides[side];
        for (int i = start; i < end; i++)
        {
            uint tail = Chain(Rows[i], side)->Tail;
            if (tail != 0)
            {
                byte* row = rows.Row(tail);
                Sse.Prefetch0(row);
                Sse.Prefetch0(row + rows.LinkOffset);
            }
        }
    }

    /// <summary>Puts a row into the chain of its key, behind all that are not above it in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Insert(int side, uint keySlot, byte* row)
    {
        ChainedRows rows = _sides[side];
        ChainEnds* ends = Chain(Row(keySlot), side);
        ChainLink* link = rows.Link(row);
        link->Key = keySlot;
        uint before = ends->Tail;
        if (rows.OrderOffset >= 0)
        {
            long order = *(long*)(row + rows.OrderOffset);
            while (before != 0 && *(long*)(rows.Row(before) + rows.OrderOffset) > order)
            {
                before = rows.Link(rows.Row(before))->Previous;
            }
        }

        link->Previous = before;
        if (before != 0)
        {
            ChainLink* earlier = rows.Link(rows.Row(before));
            link->Next = earlier->Next;
            earlier->Next = link->Slot;
        }
        else
        {
            link->Next = ends->Head;
            ends->Head = link->Slot;
        }

        if (link->Next != 0)
        {
            rows.Link(rows.Row(link->Next))->Previous = link->Slot;
        }
        else
        {
            ends->Tail = link->Slot;
        }
    }

    /// <summary>Takes a row out of its chain and deletes it; a key without rows goes too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Delete(int side, byte* row)
    {
        uint slot = _sides[side].Link(row)->Slot;
        _sides[side].Table.Delete(row, slot, Unlink(side, row));
    }

    /// <summary>Takes a row out of its chain and returns the hash of its key; a key without rows goes.</summary>
    public ulong Unlink(int side, byte* row)
    {
        ChainedRows rows = _sides[side];
        ChainLink link = *rows.Link(row);
        byte* key = Row(link.Key);
        ulong hash = *(ulong*)(key + _hashOffset);
        ChainEnds* ends = Chain(key, side);
        if (link.Previous != 0)
        {
            rows.Link(rows.Row(link.Previous))->Next = link.Next;
        }
        else
        {
            ends->Head = link.Next;
        }

        if (link.Next != 0)
        {
            rows.Link(rows.Row(link.Next))->Previous = link.Previous;
        }
        else
        {
            ends->Tail = link.Previous;
        }

        DropIfEmpty(link.Key);
        return hash;
    }

    /// <summary>Returns the last row of a key's chain whose order is at most <paramref name="most"/>, from the end that is nearer, or 0.</summary>
    public uint LastUpTo(byte* key, int side, long most)
    {
        ChainedRows rows = _sides[side];
        ChainEnds* ends = Chain(key, side);
        if (ends->Head == 0)
        {
            return 0;
        }

        int order = rows.OrderOffset;
        long first = *(long*)(rows.Row(ends->Head) + order);
        long last = *(long*)(rows.Row(ends->Tail) + order);
        if (first > most || last <= most)
        {
            return first > most ? 0 : ends->Tail;
        }

        uint slot;
        if (most - first < last - most)
        {
            slot = ends->Head;
            for (uint next = rows.Link(rows.Row(slot))->Next;
                *(long*)(rows.Row(next) + order) <= most;
                next = rows.Link(rows.Row(next))->Next)
            {
                slot = next;
            }

            return slot;
        }

        for (slot = ends->Tail; *(long*)(rows.Row(slot) + order) > most; slot = rows.Link(rows.Row(slot))->Previous)
        {
        }

        return slot;
    }

    /// <summary>Drops a key that has no rows on either side, unless it is gone already.</summary>
    public void DropIfEmpty(uint keySlot)
    {
        byte* key = Row(keySlot);
        if ((key[4] & RowStore.Dead) == 0 && Chain(key, 0)->Head == 0 && Chain(key, 1)->Head == 0)
        {
            _keys.Delete(key, keySlot, *(ulong*)(key + _hashOffset));
        }
    }

    /// <summary>Makes all chains anew when rows were restored since; returns whether it did.</summary>
    public bool LinkRestored()
    {
        int restores = _sides[0].State.Restores + _sides[1].State.Restores;
        if (restores == _restores)
        {
            return false;
        }

        _restores = restores;
        _keys.Clear();
        for (int side = 0; side < 2; side++)
        {
            Link(side);
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _keys.Dispose();
        _encoder.Dispose();
        _hashes.Dispose();
        _rows.Dispose();
        _slots.Dispose();
    }

    private void Link(int side)
    {
        ChainedRows rows = _sides[side];
        using var order = new NativeList<Ordered>(_account);
        uint next = 1;
        for (byte* row = rows.Table.WalkLive(ref next); row is not null; row = rows.Table.WalkLive(ref next))
        {
            order.Add(new Ordered(rows.OrderOffset < 0 ? 0 : *(long*)(row + rows.OrderOffset), next - 1));
        }

        new Span<Ordered>(order.Pointer, order.Count).Sort(static (a, b) =>
            a.Order != b.Order ? a.Order.CompareTo(b.Order) : a.Slot.CompareTo(b.Slot));
        byte** block = stackalloc byte*[StateTable.BlockRows];
        var columns = new ArrayData[_keys.Layout.Keys.Count];
        for (int at = 0; at < order.Count; at += StateTable.BlockRows)
        {
            rows.Table.TrimInCall();
            int count = Math.Min(StateTable.BlockRows, order.Count - at);
            for (int i = 0; i < count; i++)
            {
                block[i] = rows.Row(order.Pointer[at + i].Slot);
                *rows.Link(block[i]) = new ChainLink { Slot = order.Pointer[at + i].Slot };
            }

            StateLayout layout = rows.Table.Layout;
            for (int i = 0; i < columns.Length; i++)
            {
                columns[i] = RowColumns.Key(layout, i, layout.Keys[i].Type, block, count, _account);
            }

            Find(columns, count);
            for (int i = 0; i < count; i++)
            {
                Insert(side, Slots[i], block[i]);
            }

            foreach (ArrayData column in columns)
            {
                column.Release();
            }
        }
    }

    private readonly record struct Ordered(long Order, uint Slot);
}
