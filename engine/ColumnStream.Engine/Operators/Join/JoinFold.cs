using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Join;

/// <summary>Folds a batch into the rows of its side and tells the matcher the net change.</summary>
internal sealed unsafe class JoinFold(
    JoinRules rules,
    StateTable keys,
    KeyEncoder keyEncoder,
    JoinRows left,
    JoinRows right,
    JoinMatcher matcher,
    BufferAllocator allocator) : IDisposable
{
    private const byte Marked = 1;
    private readonly NativeList<Change> _changes = new(allocator);
    private readonly NativeList<TurningKey> _turning = new(allocator);
    private JoinRows? _changed;

    /// <summary>Folds encoded rows.</summary>
    /// <param name="side">The side they are of.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="kinds">Their kinds, or null when all are inserts.</param>
    /// <param name="keyHashes">Hashes of their keys.</param>
    /// <param name="rowHashes">Hashes of all their columns, where the side is indexed.</param>
    public void Run(int side, int count, RowKind* kinds, ulong* keyHashes, ulong* rowHashes)
    {
        JoinRows own = side == 0 ? left : right;
        JoinRows other = side == 0 ? right : left;
        bool turns = !rules.CountsByRow && rules.Tracks(1 - side);
        byte** keyRows = stackalloc byte*[StateTable.BlockRows];
        uint* keySlots = stackalloc uint[StateTable.BlockRows];
        byte** rows = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        for (int at = 0; at < count; at += StateTable.BlockRows)
        {
            int length = Math.Min(StateTable.BlockRows, count - at);
            keys.FindOrCreate(keyEncoder, keyHashes, at, length, keyRows, keySlots);
            if (own.IsIndexed)
            {
                own.Table.FindOrCreate(own.Encoder, rowHashes, at, length, rows, slots);
                Fold(own, rows, slots, keySlots, kinds is null ? null : kinds + at, keyHashes + at, rowHashes + at, length);
            }
            else
            {
                own.Table.Append(own.Encoder, at, length, rows, slots);
                Append(own, other, rows, slots, keyRows, keySlots, turns, length);
            }
        }

        if (own.IsIndexed)
        {
            _changed = own;
            Settle(own, other, turns);
        }
    }

    /// <summary>Drops what is gone, once all that shows it is out.</summary>
    public void End()
    {
        for (int i = 0; i < _changes.Count; i++)
        {
            Change change = _changes.Pointer[i];
            var row = (byte*)change.Row;
            if (*_changed!.Count(row) != 0)
            {
                continue;
            }

            _changed.Table.Delete(row, change.Slot, change.RowHash);
            byte* key = keys.Rows.Row(change.KeySlot);
            if ((key[4] & RowStore.Dead) == 0 && *left.Head(key) == 0 && *right.Head(key) == 0)
            {
                keys.Delete(key, change.KeySlot, change.KeyHash);
            }
        }

        _changes.Count = 0;
    }

    /// <summary>Drops keys whose last row expired.</summary>
    public void DropEmptyKeys(JoinRows rows)
    {
        NativeList<uint> found = rows.EmptyKeys;
        for (int i = 0; i < found.Count; i++)
        {
            uint slot = found.Pointer[i];
            byte* key = keys.Rows.Row(slot);
            if ((key[4] & RowStore.Dead) == 0 && *left.Head(key) == 0 && *right.Head(key) == 0)
            {
                keys.Delete(&key, &slot, 1);
            }
        }

        found.Count = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _changes.Dispose();
        _turning.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Append(
        JoinRows own, JoinRows other, byte** rows, uint* slots, byte** keyRows, uint* keySlots, bool turns, int count)
    {
        StateTable others = other.Table;
        others.EnsureOpen();
        for (int i = 0; i < count; i++)
        {
            byte* key = keyRows[i];
            long first = *other.Head(key);
            if (turns && *own.Head(key) == 0)
            {
                matcher.Turn(first, hasMatch: true);
            }

            if (first != 0 && Sse.IsSupported)
            {
                Sse.Prefetch0(others.Rows.Row((uint)first));
            }

            own.Link(rows[i], slots[i], key, keySlots[i]);
            matcher.Come(rows[i], first, 1, isNew: true);
        }
    }

    private void Fold(
        JoinRows own,
        byte** rows,
        uint* slots,
        uint* keySlots,
        RowKind* kinds,
        ulong* keyHashes,
        ulong* rowHashes,
        int count)
    {
        RowStore store = own.Table.Rows;
        uint current = store.Sequence;
        for (int i = 0; i < count; i++)
        {
            byte* row = rows[i];
            bool isNew = *own.Key(row) == 0;
            if (isNew || *(uint*)row != current)
            {
                if (!isNew)
                {
                    store.Touch(row, slots[i]);
                }

                *own.Key(row) = keySlots[i];
                _changes.Add(new Change
                {
                    Row = (nint)row,
                    Slot = slots[i],
                    KeySlot = keySlots[i],
                    RowHash = rowHashes[i],
                    KeyHash = keyHashes[i],
                    Before = isNew ? 0 : *own.Count(row),
                });
            }

            *own.Count(row) += kinds is null || kinds[i] is RowKind.Insert or RowKind.UpdateAfter ? 1 : -1;
        }
    }

    /// <summary>Links rows that came, unlinks those that went, and tells what changed in all.</summary>
    private void Settle(JoinRows own, JoinRows other, bool turns)
    {
        // What was taken back without having been there (it expired) counts as nothing.
        for (int i = 0; i < _changes.Count; i++)
        {
            Change* change = _changes.Pointer + i;
            long* times = own.Count((byte*)change->Row);
            *times = Math.Max(0, *times);
            byte* key = keys.Rows.Row(change->KeySlot);
            if (turns && key[5] != Marked)
            {
                key[5] = Marked;
                _turning.Add(new TurningKey { Slot = change->KeySlot, HadRows = *own.Head(key) != 0 });
            }
        }

        for (int i = 0; i < _changes.Count; i++)
        {
            Change* change = _changes.Pointer + i;
            var row = (byte*)change->Row;
            long times = *own.Count(row);
            byte* key = keys.Rows.Row(change->KeySlot);
            long first = *other.Head(key);
            if (change->Before == 0 && times > 0)
            {
                own.Link(row, change->Slot, key, change->KeySlot);
            }
            else if (change->Before > 0 && times == 0)
            {
                own.Unlink(row, key);
            }

            if (times > change->Before)
            {
                matcher.Come(row, first, times - change->Before, change->Before == 0);
            }
            else if (times < change->Before)
            {
                matcher.Go(row, first, change->Before - times, times == 0);
            }
        }

        for (int i = 0; i < _turning.Count; i++)
        {
            TurningKey turning = _turning.Pointer[i];
            byte* key = keys.Rows.Row(turning.Slot);
            key[5] = 0;
            bool hasRows = *own.Head(key) != 0;
            if (hasRows != turning.HadRows)
            {
                matcher.Turn(*other.Head(key), hasRows);
            }
        }

        _turning.Count = 0;
    }

    /// <summary>Is a row of the batch's side with what it was before.</summary>
    private struct Change
    {
        public nint Row;
        public ulong RowHash;
        public ulong KeyHash;
        public long Before;
        public uint Slot;
        public uint KeySlot;
    }

    /// <summary>Is a key whose rows of the batch's side changed.</summary>
    private struct TurningKey
    {
        public uint Slot;
        public bool HadRows;
    }
}
