using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Upsert;

/// <summary>Holds the rows of each primary key in the order in which they came.</summary>
/// <remarks>
/// <code>
/// keys   primary key → last row
/// rows   primary key and what names a row → how often, position, next and previous row of the key, place in the batch; other columns
/// </code>
/// Of equal rows only the last place counts: taking one back takes the first. Links follow from the positions and are made
/// anew after a restore, so that changing a neighbour's link needs no touch.
/// </remarks>
internal sealed unsafe class MaterializeTables : IDisposable
{
    private const int CountCell = 0;
    private const int PositionCell = 1;
    private const int NextCell = 2;
    private const int PreviousCell = 3;
    private const int PlaceCell = 4;
    private readonly BufferAllocator _allocator;
    private readonly int _keyCount;
    private readonly int[] _columns;
    private readonly Schema _schema;
    private int _restores;
    private long _position;

    /// <summary>Lays out the tables.</summary>
    public MaterializeTables(UpsertMaterializeNode node, OperatorContext context, StateTtl? ttl)
    {
        _allocator = context.Allocator;
        _schema = context.Inputs[0];
        _keyCount = node.Keys.Count;
        HasRowKey = node.RowKey.Count > 0;
        var order = new List<int>(node.Keys);
        for (int i = 0; i < _schema.Fields.Count; i++)
        {
            if (!order.Contains(i) && (!HasRowKey || node.RowKey.Span.Contains(i)))
            {
                order.Add(i);
            }
        }

        KeyColumns = [.. node.Keys];
        RowColumnsInOrder = [.. order];
        var others = new List<int>();
        _columns = new int[_schema.Fields.Count];
        for (int i = 0; i < _columns.Length; i++)
        {
            int place = order.IndexOf(i);
            _columns[i] = place >= 0 ? place : -1 - others.Count;
            if (place < 0)
            {
                others.Add(i);
            }
        }

        OtherColumns = [.. others];
        List<StateCell> cells =
        [
            new("count", CellType.Int64), new("position", CellType.Int64), new("next", CellType.Int64),
            new("previous", CellType.Int64), new("place", CellType.Int64),
        ];
        Payload = new PayloadCells(Fields(OtherColumns), cells, context.Allocator);
        var keyLayout = new StateLayout(
            Fields(KeyColumns), [new StateCell("last", CellType.Int64)], hasTime: ttl is not null);
        var rowLayout = new StateLayout(Fields(RowColumnsInOrder), ValueList.From(cells), _keyCount);
        Payload.Bind(rowLayout);
        Keys = new KeyedState("keys", keyLayout, context.Pages, context.Allocator, context.KeyGroups, ttl);
        Rows = new KeyedState("rows", rowLayout, context.Pages, context.Allocator, context.KeyGroups);
        Keys.Table.Expiring = DropRows;
    }

    /// <summary>Gets whether some columns name a row; otherwise equal rows are counted.</summary>
    public bool HasRowKey { get; }

    /// <summary>Gets the columns of the primary key.</summary>
    public int[] KeyColumns { get; }

    /// <summary>Gets the columns by which <see cref="Rows"/> finds a row.</summary>
    public int[] RowColumnsInOrder { get; }

    /// <summary>Gets all other columns.</summary>
    public int[] OtherColumns { get; }

    /// <summary>Gets the primary keys.</summary>
    public KeyedState Keys { get; }

    /// <summary>Gets the rows.</summary>
    public KeyedState Rows { get; }

    /// <summary>Gets the columns that name no row.</summary>
    public PayloadCells Payload { get; }

    /// <summary>Begins a batch, and links rows anew after a restore.</summary>
    public void BeginBatch()
    {
        LinkRestored();
        Keys.Table.BeginBatch();
        Rows.Table.BeginBatch();
    }

    /// <summary>Links rows anew after a restore.</summary>
    public void LinkRestored()
    {
        if (Keys.Restores + Rows.Restores != _restores)
        {
            _restores = Keys.Restores + Rows.Restores;
            Relink();
        }
    }

    /// <summary>Gets the last row of a primary key, 0 when there is none.</summary>
    public long* Last(byte* key) => (long*)(key + Keys.Table.Layout.CellOffsets[0]);

    /// <summary>Gets where a touched row stands in the list of the batch.</summary>
    public long* Place(byte* row) => Cell(row, PlaceCell);

    /// <summary>Tells whether nobody holds a row any more.</summary>
    public bool IsGone(byte* row) => *Cell(row, CountCell) == 0;

    /// <summary>Adds a row, or puts it in the place of the one of its name; both rows are touched.</summary>
    public void Add(byte* key, byte* row, uint slot, int index)
    {
        long* count = Cell(row, CountCell);
        if (HasRowKey)
        {
            Payload.Store(Rows.Table, row, index);
            if (*count == 0)
            {
                *count = 1;
                Append(key, row, slot);
            }

            return;
        }

        if ((*count)++ > 0)
        {
            Unlink(key, row);
        }

        Append(key, row, slot);
    }

    /// <summary>Takes back a row; one that is not there is passed over.</summary>
    public void Remove(byte* key, byte* row)
    {
        long* count = Cell(row, CountCell);
        if (*count > 0 && --*count == 0)
        {
            Unlink(key, row);
        }
    }

    /// <summary>Makes a column of the input out of rows of <see cref="Rows"/>.</summary>
    public ArrayData Column(int column, byte** rows, int count) => _columns[column] >= 0
        ? RowColumns.Key(Rows.Table.Layout, _columns[column], _schema.Fields[column].Type, rows, count, _allocator)
        : Payload.Column(-1 - _columns[column], rows, count, _allocator);

    /// <inheritdoc/>
    public void Dispose()
    {
        Keys.Dispose();
        Rows.Dispose();
        Payload.Dispose();
    }

    private ValueList<Field> Fields(int[] columns)
    {
        var fields = new Field[columns.Length];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = _schema.Fields[columns[i]];
        }

        return ValueList.Create<Field>(fields);
    }

    private long* Cell(byte* row, int cell) => (long*)(row + Rows.Table.Layout.CellOffsets[cell]);

    private void Append(byte* key, byte* row, uint slot)
    {
        *Cell(row, PositionCell) = ++_position;
        Link(key, row, slot);
    }

    private void Link(byte* key, byte* row, uint slot)
    {
        long last = *Last(key);
        *Cell(row, PreviousCell) = last;
        *Cell(row, NextCell) = 0;
        if (last != 0)
        {
            *Cell(Rows.Table.Rows.Row((uint)last), NextCell) = slot;
        }

        *Last(key) = slot;
    }

    private void Unlink(byte* key, byte* row)
    {
        long next = *Cell(row, NextCell);
        long previous = *Cell(row, PreviousCell);
        if (previous != 0)
        {
            *Cell(Rows.Table.Rows.Row((uint)previous), NextCell) = next;
        }

        if (next != 0)
        {
            *Cell(Rows.Table.Rows.Row((uint)next), PreviousCell) = previous;
        }
        else
        {
            *Last(key) = previous;
        }
    }

    private void DropRows(nint key, uint slot)
    {
        long* rows = stackalloc long[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        int count = 0;
        for (long next = *Last((byte*)key); next != 0;)
        {
            byte* row = Rows.Table.Rows.Row((uint)next);
            rows[count] = (nint)row;
            slots[count++] = (uint)next;
            next = *Cell(row, PreviousCell);
            if (count == StateTable.BlockRows || next == 0)
            {
                Rows.Table.Delete((byte**)rows, slots, count);
                count = 0;
            }
        }
    }

    private void Relink()
    {
        StateTable keys = Keys.Table;
        StateTable rows = Rows.Table;
        uint next = 1;
        for (byte* key = keys.NextLive(ref next); key is not null; key = keys.NextLive(ref next))
        {
            *Last(key) = 0;
        }

        var order = new List<(long Position, uint Slot, nint Key)>();
        using var encoder = new KeyEncoder(keys.Layout, _allocator);
        var columns = new ArrayData[_keyCount];
        ulong hash = 0;
        next = 1;
        for (byte* row = rows.NextLive(ref next); row is not null; row = rows.NextLive(ref next))
        {
            byte* one = row;
            for (int i = 0; i < columns.Length; i++)
            {
                columns[i] = RowColumns.Key(rows.Layout, i, rows.Layout.Keys[i].Type, &one, 1, _allocator);
            }

            keys.Layout.Hash(columns, 1, &hash);
            encoder.Encode(columns, 1);
            byte* key = keys.Find(encoder.Words, encoder.Nulls, hash, out _, evenExpired: true);
            foreach (ArrayData column in columns)
            {
                column.Release();
            }

            if (key is not null)
            {
                order.Add((*Cell(row, PositionCell), next - 1, (nint)key));
                _position = Math.Max(_position, *Cell(row, PositionCell));
            }
        }

        order.Sort(static (left, right) => left.Position.CompareTo(right.Position));
        foreach ((_, uint slot, nint key) in order)
        {
            Link((byte*)key, rows.Rows.Row(slot), slot);
        }
    }
}
