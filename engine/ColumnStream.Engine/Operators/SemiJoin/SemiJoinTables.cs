using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.SemiJoin;

/// <summary>Holds the left rows, the keys of both sides, and for IN with NULLs the groups of keys without the value.</summary>
/// <remarks>
/// <code>
/// keys     all keys → right rows, the same before this batch, first left row
/// groups   keys without the last → right rows, before, those with a NULL value, before, first left row
/// left     keys and all columns → how often, next and previous left row of the key and of the group, key, group, batch seen
/// </code>
/// Links are slots and are rebuilt after a restore, so that changing a neighbour's link needs no touch.
/// With a time to live, left rows remember the answer that came out, right rows are forgotten by key, and a key's row lives
/// as long as the youngest left row that hangs on it: a key that goes takes links to rows whose time is over with it.
/// </remarks>
internal sealed unsafe class SemiJoinTables : IDisposable
{
    private readonly BufferAllocator _allocator;
    private readonly bool _isNullAware;
    private readonly int _keyCount;
    private readonly StateTtl? _ttl;
    private int _restores;

    /// <summary>Lays out the tables for keys and left columns.</summary>
    public SemiJoinTables(Field[] keys, ValueList<Field> left, bool isNullAware, StateTtl? ttl, OperatorContext context)
    {
        _ttl = ttl;
        _allocator = context.Allocator;
        _isNullAware = isNullAware;
        _keyCount = keys.Length;
        int groupColumns = isNullAware ? keys.Length - 1 : keys.Length;
        bool expires = ttl is not null;
        var keyLayout = new StateLayout(
            ValueList.Create<Field>(keys),
            Cells(["rows", "before", "first", .. Timed(ttl, "rows_ms")]),
            groupColumns,
            expires);
        var leftLayout = new StateLayout(
            [.. keys, .. left],
            Cells(["count", "next", "previous", "group_next", "group_previous", "key", "group", "seen", .. Timed(ttl, "answer")]),
            groupColumns,
            expires);
        Keys = new KeyedState("keys", keyLayout, context.Pages, context.Allocator, context.KeyGroups, ttl);
        Left = new KeyedState("left", leftLayout, context.Pages, context.Allocator, context.KeyGroups, ttl);
        States = [Keys, Left];
        if (isNullAware)
        {
            var groupLayout = new StateLayout(
                ValueList.Create<Field>(keys.AsSpan(0, groupColumns)),
                Cells(["rows", "before", "nulls", "nulls_before", "first", .. Timed(ttl, "rows_ms", "nulls_ms")]),
                hasTime: expires);
            Groups = new KeyedState("groups", groupLayout, context.Pages, context.Allocator, context.KeyGroups, ttl);
            Groups.Table.Expiring = (row, _) => Abandon(*GroupCell((byte*)row, 4), next: 3, owner: 6);
            States.Add(Groups);
        }

        Keys.Table.Expiring = (row, _) => Abandon(*KeyCell((byte*)row, 2), next: 1, owner: 5);
        Left.Table.Expiring = (row, _) => Unlink((byte*)row);
    }

    /// <summary>Gets the tables as checkpoints hold them.</summary>
    public List<OperatorState> States { get; }

    /// <summary>Gets the keys.</summary>
    public KeyedState Keys { get; }

    /// <summary>Gets the groups, or null.</summary>
    public KeyedState? Groups { get; }

    /// <summary>Gets the left rows.</summary>
    public KeyedState Left { get; }

    /// <summary>Begins a batch on all tables.</summary>
    public void BeginBatch()
    {
        Keys.Table.BeginBatch();
        Left.Table.BeginBatch();
        Groups?.Table.BeginBatch();
    }

    /// <summary>Links rows anew after a restore: before anything looks at links, sweeping too.</summary>
    public void LinkRestored()
    {
        int restores = Keys.Restores + Left.Restores + (Groups?.Restores ?? 0);
        if (restores != _restores)
        {
            _restores = restores;
            Relink();
        }
    }

    /// <summary>Returns a cell of a key's row: 0 right rows, 1 the same before this batch, 2 first left row, 3 time of right rows.</summary>
    public long* KeyCell(byte* row, int cell) => (long*)(row + Keys.Table.Layout.CellOffsets[cell]);

    /// <summary>Returns a cell of a group's row: 0 right rows, 1 before, 2 with NULL, 3 before, 4 first left row, 5 and 6 times.</summary>
    public long* GroupCell(byte* row, int cell) => (long*)(row + Groups!.Table.Layout.CellOffsets[cell]);

    /// <summary>Returns a cell of a left row: 0 count, 1, 2 links of the key, 3, 4 of the group, 5 key, 6 group, 7 batch, 8 answer.</summary>
    public long* LeftCell(byte* row, int cell) => (long*)(row + Left.Table.Layout.CellOffsets[cell]);

    /// <summary>Answers for a left row, as of now or as of the beginning of the batch.</summary>
    public Answer AnswerOf(byte* left, bool before)
    {
        int at = before ? 1 : 0;
        if (_ttl is not null && before)
        {
            return Answered(left);
        }

        byte* key = Keys.Table.Rows.Row((uint)*LeftCell(left, 5));
        byte* group = _isNullAware ? Groups!.Table.Rows.Row((uint)*LeftCell(left, 6)) : null;
        return AnswerOf(RowsOf(key, at), group, _isNullAware && HasNullValue(left), at);
    }

    /// <summary>Answers for a left row whose key and group are at hand.</summary>
    public Answer AnswerOf(byte* key, byte* group, bool isNull) => AnswerOf(RowsOf(key, 0), group, isNull, 0);

    /// <summary>Returns the answer that a left row came out with, under a time to live.</summary>
    public Answer Answered(byte* left) => (Answer)(*LeftCell(left, 8) - 1);

    /// <summary>Notes the answer that a touched left row comes out with, under a time to live.</summary>
    public void SetAnswered(byte* left, Answer answer) => *LeftCell(left, 8) = 1 + (long)answer;

    /// <summary>Notes that the answer of a left row turned, which makes the row no younger.</summary>
    public void Turn(byte* left, uint slot, Answer answer)
    {
        long* touched = (long*)(left + Left.Table.Layout.TimeOffset);
        long age = *touched;
        Left.Table.Rows.Touch(left, slot);
        *touched = age;
        SetAnswered(left, answer);
    }

    /// <summary>Counts a right row that comes or goes in touched rows of its key and group.</summary>
    public void CountRight(byte* key, byte* group, bool isNull, int sign)
    {
        Count(KeyCell(key, 0), KeyCell(key, 1), _ttl is null ? null : KeyCell(key, 3), sign);
        if (group is not null)
        {
            Count(GroupCell(group, 0), GroupCell(group, 1), _ttl is null ? null : GroupCell(group, 5), sign);
            if (isNull)
            {
                Count(GroupCell(group, 2), GroupCell(group, 3), _ttl is null ? null : GroupCell(group, 6), sign);
            }
        }
    }

    /// <summary>Tells whether the answers of left rows may differ from those they came out with.</summary>
    public static bool MayTurn(long count, long before) => before < 0 || count > 0 != before > 0;

    /// <summary>Links new left rows, and drops left rows, keys and groups that nothing needs any more.</summary>
    public void EndBatch()
    {
        StateTable left = Left.Table;
        for (int t = 0; t < left.TouchedCount; t++)
        {
            byte* row = left.TouchedRows[t];
            bool isNew = (left.TouchedImage(t)[4] & RowStore.Dead) != 0;
            bool isGone = *LeftCell(row, 0) == 0;
            if (isNew && !isGone)
            {
                Link(row, left.TouchedSlots[t]);
            }
            else if (!isNew && isGone)
            {
                Unlink(row);
            }

            if (isGone)
            {
                left.Delete(row, left.TouchedSlots[t], left.TouchedHashes[t]);
            }
        }

        Settle(Keys.Table, [0], [1], 2);
        if (Groups is not null)
        {
            Settle(Groups.Table, [0, 2], [1, 3], 4);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Keys.Dispose();
        Left.Dispose();
        Groups?.Dispose();
    }

    /// <summary>Names cells that only a time to live needs.</summary>
    private static string[] Timed(StateTtl? ttl, params string[] names) => ttl is null ? [] : names;

    private static ValueList<StateCell> Cells(ReadOnlySpan<string> names)
    {
        var cells = new StateCell[names.Length];
        for (int i = 0; i < cells.Length; i++)
        {
            cells[i] = new StateCell(names[i], CellType.Int64);
        }

        return ValueList.Create<StateCell>(cells);
    }

    private static void Settle(StateTable table, ReadOnlySpan<int> counts, ReadOnlySpan<int> befores, int first)
    {
        int[] offsets = table.Layout.CellOffsets;
        for (int t = 0; t < table.TouchedCount; t++)
        {
            byte* row = table.TouchedRows[t];
            bool isEmpty = *(long*)(row + offsets[first]) == 0;
            for (int i = 0; i < counts.Length; i++)
            {
                long count = *(long*)(row + offsets[counts[i]]);
                *(long*)(row + offsets[befores[i]]) = count;
                isEmpty &= count == 0;
            }

            if (isEmpty)
            {
                table.Delete(row, table.TouchedSlots[t], table.TouchedHashes[t]);
            }
        }
    }

    private Answer AnswerOf(long rows, byte* group, bool isNull, int at)
    {
        if (group is null)
        {
            return rows > 0 ? Answer.True : Answer.False;
        }

        return isNull
            ? (Kept(GroupCell(group, at), group, 5) > 0 ? Answer.Unknown : Answer.False)
            : rows > 0 ? Answer.True : Kept(GroupCell(group, 2 + at), group, 6) > 0 ? Answer.Unknown : Answer.False;
    }

    private long RowsOf(byte* key, int at) => _ttl is not null && _ttl.IsOver(*KeyCell(key, 3)) ? 0 : *KeyCell(key, at);

    /// <summary>Returns a count of a group unless its time, another cell, is over.</summary>
    private long Kept(long* count, byte* group, int time) => _ttl is not null && _ttl.IsOver(*GroupCell(group, time)) ? 0 : *count;

    private void Count(long* count, long* before, long* time, int sign)
    {
        if (time is null)
        {
            *count += sign;
            return;
        }

        if (*count > 0 && _ttl!.IsOver(*time))
        {
            // What was there is forgotten, but left rows came out for it: they are looked at whatever stands now.
            *count = 0;
            *before = -1;
        }

        // Nobody remembers what a row below zero takes back.
        *time = _ttl!.NowMs;
        *count = Math.Max(0, *count + sign);
    }

    /// <summary>Cuts the links of left rows that are over with the key or group they hang on.</summary>
    private void Abandon(long slot, int next, int owner)
    {
        while (slot != 0)
        {
            byte* row = Left.Table.Rows.Row((uint)slot);
            slot = *LeftCell(row, next);
            *LeftCell(row, next) = 0;
            *LeftCell(row, next + 1) = 0;
            *LeftCell(row, owner) = 0;
        }
    }

    private bool HasNullValue(byte* left)
    {
        int column = _keyCount - 1;
        return (left[Left.Table.Layout.NullOffset + (column >> 3)] & (1 << (column & 7))) != 0;
    }

    private void Link(byte* row, uint slot)
    {
        Link(row, slot, KeyCell(Keys.Table.Rows.Row((uint)*LeftCell(row, 5)), 2), 1);
        if (_isNullAware)
        {
            Link(row, slot, GroupCell(Groups!.Table.Rows.Row((uint)*LeftCell(row, 6)), 4), 3);
        }
    }

    private void Link(byte* row, uint slot, long* first, int next)
    {
        *LeftCell(row, next) = *first;
        *LeftCell(row, next + 1) = 0;
        if (*first != 0)
        {
            *LeftCell(Left.Table.Rows.Row((uint)*first), next + 1) = slot;
        }

        *first = slot;
    }

    private void Unlink(byte* row)
    {
        if (*LeftCell(row, 5) != 0)
        {
            Unlink(row, KeyCell(Keys.Table.Rows.Row((uint)*LeftCell(row, 5)), 2), 1);
        }

        if (_isNullAware && *LeftCell(row, 6) != 0)
        {
            Unlink(row, GroupCell(Groups!.Table.Rows.Row((uint)*LeftCell(row, 6)), 4), 3);
        }
    }

    private void Unlink(byte* row, long* first, int next)
    {
        long behind = *LeftCell(row, next);
        long before = *LeftCell(row, next + 1);
        if (behind != 0)
        {
            *LeftCell(Left.Table.Rows.Row((uint)behind), next + 1) = before;
        }

        if (before != 0)
        {
            *LeftCell(Left.Table.Rows.Row((uint)before), next) = behind;
        }
        else
        {
            *first = behind;
        }
    }

    private void Relink()
    {
        Clear(Keys.Table, 2, 3, 3);
        if (Groups is not null)
        {
            Clear(Groups.Table, 4, 5, 6);
        }

        StateTable left = Left.Table;
        using var keyEncoder = new KeyEncoder(Keys.Table.Layout, _allocator);
        using KeyEncoder? groupEncoder = Groups is null ? null : new KeyEncoder(Groups.Table.Layout, _allocator);
        byte** rows = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        uint next = 1;
        for (int count = left.NextLive(ref next, rows, slots); count > 0; count = left.NextLive(ref next, rows, slots))
        {
            var columns = new ArrayData[_keyCount];
            for (int i = 0; i < columns.Length; i++)
            {
                columns[i] = RowColumns.Key(left.Layout, i, left.Layout.Keys[i].Type, rows, count, _allocator);
            }

            Find(Keys.Table, keyEncoder, columns, count, rows, 5);
            if (Groups is not null)
            {
                Find(Groups.Table, groupEncoder!, columns.AsSpan(0, _keyCount - 1), count, rows, 6);
            }

            foreach (ArrayData column in columns)
            {
                column.Release();
            }

            for (int i = 0; i < count; i++)
            {
                *LeftCell(rows[i], 7) = 0;
                Link(rows[i], slots[i]);
                if (_ttl is not null && *LeftCell(rows[i], 8) == 0)
                {
                    // A checkpoint of the time before rows expired.
                    SetAnswered(rows[i], AnswerOf(rows[i], before: false));
                }
            }
        }
    }

    /// <summary>Forgets chains; counts of a checkpoint of the time before rows expired age from now on.</summary>
    private void Clear(StateTable table, int first, int firstTime, int lastTime)
    {
        uint next = 1;
        for (byte* row = table.WalkLive(ref next); row is not null; row = table.WalkLive(ref next))
        {
            *(long*)(row + table.Layout.CellOffsets[first]) = 0;
            for (int cell = firstTime; _ttl is not null && cell <= lastTime; cell++)
            {
                long* time = (long*)(row + table.Layout.CellOffsets[cell]);
                *time = *time == 0 ? _ttl.NowMs : *time;
            }
        }
    }

    private void Find(StateTable table, KeyEncoder encoder, ReadOnlySpan<ArrayData> columns, int count, byte** left, int cell)
    {
        byte** found = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        ulong* hashes = stackalloc ulong[StateTable.BlockRows];
        table.Layout.Hash(columns, count, hashes);
        encoder.Encode(columns, count);
        table.FindOrCreate(encoder, hashes, 0, count, found, slots);
        for (int i = 0; i < count; i++)
        {
            *LeftCell(left[i], cell) = slots[i];
        }
    }
}
