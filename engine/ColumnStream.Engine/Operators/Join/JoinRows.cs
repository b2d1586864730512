using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Join;

/// <summary>Keeps the rows of one side of a join, chained by join key.</summary>
/// <remarks>
/// <code>
/// row   join keys, other columns | next | previous, key row | count | matches | touched
/// </code>
/// A side that only inserts has neither index nor count: equal rows stand side by side, and without a time to live no previous.
/// Links are slots and are rebuilt after a restore, so that changing a neighbour's link needs no touch.
/// </remarks>
internal sealed unsafe class JoinRows : IDisposable
{
    private readonly int _next;
    private readonly int _previous = -1;
    private readonly int _key = -1;
    private readonly int _count = -1;
    private readonly int _matches = -1;
    private readonly StateTable _keys;
    private readonly int _head;
    private readonly int _keyColumns;
    private readonly BufferAllocator _allocator;
    private readonly NativeBuffer _nullRow;

    /// <summary>Lays out one side.</summary>
    /// <param name="name">Name of the state, before its layout.</param>
    /// <param name="schema">The side's columns.</param>
    /// <param name="joinKeys">Which of them are the join key.</param>
    /// <param name="options">What the rows have to remember.</param>
    /// <param name="keys">The keys of both sides.</param>
    /// <param name="head">Which cell of a key's row begins this side's chain.</param>
    /// <param name="ttl">When rows expire, or null.</param>
    /// <param name="context">The operator's context.</param>
    public JoinRows(
        string name,
        Schema schema,
        ValueList<int> joinKeys,
        JoinSideOptions options,
        StateTable keys,
        int head,
        StateTtl? ttl,
        OperatorContext context)
    {
        _allocator = context.Allocator;
        _keys = keys;
        _head = keys.Layout.CellOffsets[head];
        _keyColumns = joinKeys.Count;
        IsIndexed = options.HasFlag(JoinSideOptions.Retracts);
        CountsMatches = options.HasFlag(JoinSideOptions.CountsMatches);
        Source = Order(schema, joinKeys);
        Place = new int[schema.Fields.Count];
        var fields = new Field[Source.Length];
        for (int i = Source.Length - 1; i >= 0; i--)
        {
            fields[i] = schema.Fields[Source[i]];
            Place[Source[i]] = i;
        }

        var layout = new StateLayout(ValueList.Create<Field>(fields), Cells(ttl is not null), _keyColumns, ttl is not null);
        for (int i = 0; i < layout.Cells.Count; i++)
        {
            int offset = layout.CellOffsets[i];
            switch (layout.Cells[i].Name)
            {
                case "next": _next = offset; break;
                case "previous": _previous = offset; break;
                case "key": _key = offset; break;
                case "count": _count = offset; break;
                case "matches": _matches = offset; break;
            }
        }

        State = new KeyedState(
            name + LayoutOf(options), layout, context.Pages, context.Allocator, context.KeyGroups, ttl, isIndexed: IsIndexed);
        Encoder = new KeyEncoder(layout, context.Allocator);
        EmptyKeys = new NativeList<uint>(context.Allocator);
        Table.Expiring = Forget;
        _nullRow = context.Allocator.AllocateZeroed(layout.Stride);
        *(ushort*)(_nullRow.Pointer + 6) = ushort.MaxValue;
        new Span<byte>(_nullRow.Pointer + StateLayout.HeaderBytes, layout.NullWords * 8).Fill(byte.MaxValue);
    }

    /// <summary>Gets the rows as checkpoints hold them.</summary>
    public KeyedState State { get; }

    /// <summary>Gets the rows.</summary>
    public StateTable Table => State.Table;

    /// <summary>Gets what encodes batches of this side in the order of <see cref="Source"/>.</summary>
    public KeyEncoder Encoder { get; }

    /// <summary>Gets the input column of each column of a row: the join keys first, as often as they are keys.</summary>
    public int[] Source { get; }

    /// <summary>Gets where each input column stands in a row.</summary>
    public int[] Place { get; }

    /// <summary>Gets whether rows may go: they are found by all their columns and counted.</summary>
    public bool IsIndexed { get; }

    /// <summary>Gets whether each row counts the rows of the other side that match it.</summary>
    public bool CountsMatches { get; }

    /// <summary>Gets the slots of keys whose last row of this side expired.</summary>
    public NativeList<uint> EmptyKeys { get; }

    /// <summary>Gets the offset of a row's link to the next row of its key.</summary>
    public int NextOffset => _next;

    /// <summary>Gets a row all of whose columns are NULL.</summary>
    public byte* NullRow => _nullRow.Pointer;

    /// <summary>Returns the first slot of this side in a key's row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long* Head(byte* keyRow) => (long*)(keyRow + _head);

    /// <summary>Returns how many equal rows a row stands for; only of an indexed side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long* Count(byte* row) => (long*)(row + _count);

    /// <summary>Returns how many equal rows a row stands for.</summary>
    public long Times(byte* row) => IsIndexed ? *(long*)(row + _count) : 1;

    /// <summary>Returns the number of rows of the other side that match a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long* Matches(byte* row) => (long*)(row + _matches);

    /// <summary>Returns the slot of a row's key, 0 for a row that was never linked; only of sides whose rows may go.</summary>
    public long* Key(byte* row) => (long*)(row + _key);

    /// <summary>Puts a row at the head of its key's chain.</summary>
    public void Link(byte* row, uint slot, byte* keyRow, uint keySlot)
    {
        long* head = Head(keyRow);
        *(long*)(row + _next) = *head;
        if (_previous >= 0)
        {
            *(long*)(row + _previous) = 0;
            *(long*)(row + _key) = keySlot;
            if (*head != 0)
            {
                *(long*)(Table.Rows.Row((uint)*head) + _previous) = slot;
            }
        }

        *head = slot;
    }

    /// <summary>Takes a row out of its key's chain; its own link stays good.</summary>
    public void Unlink(byte* row, byte* keyRow)
    {
        long next = *(long*)(row + _next);
        long previous = *(long*)(row + _previous);
        if (next != 0)
        {
            *(long*)(Table.Rows.Row((uint)next) + _previous) = previous;
        }

        if (previous != 0)
        {
            *(long*)(Table.Rows.Row((uint)previous) + _next) = next;
        }
        else
        {
            *Head(keyRow) = next;
        }
    }

    /// <summary>Links all rows anew; the chains of all keys must be empty.</summary>
    public void Relink()
    {
        using var encoder = new KeyEncoder(_keys.Layout, _allocator);
        byte** rows = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        byte** keyRows = stackalloc byte*[StateTable.BlockRows];
        uint* keySlots = stackalloc uint[StateTable.BlockRows];
        ulong* hashes = stackalloc ulong[StateTable.BlockRows];
        var columns = new ArrayData[_keyColumns];
        uint next = 1;
        for (int count = Table.NextLive(ref next, rows, slots); count > 0; count = Table.NextLive(ref next, rows, slots))
        {
            for (int i = 0; i < columns.Length; i++)
            {
                columns[i] = RowColumns.Key(Table.Layout, i, Table.Layout.Keys[i].Type, rows, count, _allocator);
            }

            _keys.Layout.Hash(columns, count, hashes);
            encoder.Encode(columns, count);
            _keys.FindOrCreate(encoder, hashes, 0, count, keyRows, keySlots);
            for (int i = 0; i < count; i++)
            {
                Link(rows[i], slots[i], keyRows[i], keySlots[i]);
            }

            foreach (ArrayData column in columns)
            {
                column.Release();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        State.Dispose();
        Encoder.Dispose();
        EmptyKeys.Dispose();
        _nullRow.Release();
    }

    /// <summary>Names what a row holds beside its columns; links and the time of the last touch may come and go.</summary>
    private static string LayoutOf(JoinSideOptions options) => OperatorState.LayoutMark + options switch
    {
        JoinSideOptions.None => "rows",
        JoinSideOptions.Retracts => "counted",
        JoinSideOptions.CountsMatches => "matched",
        _ => "counted-matched",
    };

    private static int[] Order(Schema schema, ValueList<int> joinKeys)
    {
        var isKey = new bool[schema.Fields.Count];
        int others = isKey.Length;
        foreach (int key in joinKeys)
        {
            others -= isKey[key] ? 0 : 1;
            isKey[key] = true;
        }

        var order = new int[joinKeys.Count + others];
        joinKeys.Span.CopyTo(order);
        int next = joinKeys.Count;
        for (int i = 0; i < isKey.Length; i++)
        {
            if (!isKey[i])
            {
                order[next++] = i;
            }
        }

        return order;
    }

    private ValueList<StateCell> Cells(bool expires)
    {
        Span<string> names = ["next", "previous", "key", "count", "matches"];
        var cells = new StateCell[names.Length];
        int count = 0;
        for (int i = 0; i < names.Length; i++)
        {
            bool isThere = names[i] switch
            {
                "next" => true,
                "count" => IsIndexed,
                "matches" => CountsMatches,
                _ => IsIndexed || expires,
            };
            if (isThere)
            {
                bool isLink = names[i] is "next" or "previous" or "key";
                cells[count++] = new StateCell(names[i], CellType.Int64) { IsTransient = isLink };
            }
        }

        return ValueList.Create<StateCell>(cells.AsSpan(0, count));
    }

    /// <summary>Takes an expiring row out of its chain; its key may be in use and is looked at later.</summary>
    private void Forget(nint row, uint slot)
    {
        long key = *Key((byte*)row);
        if (key != 0)
        {
            byte* keyRow = _keys.Rows.Row((uint)key);
            Unlink((byte*)row, keyRow);
            if (*Head(keyRow) == 0)
            {
                EmptyKeys.Add((uint)key);
            }
        }
    }
}
