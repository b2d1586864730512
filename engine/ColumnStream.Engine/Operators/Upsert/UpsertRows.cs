using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Upsert;

/// <summary>Keeps the last row of each key: +I and +U put it in place, −D takes it away, −U says nothing.</summary>
internal sealed unsafe class UpsertRows : IDisposable
{
    private readonly Schema _schema;
    private readonly OperatorContext _context;
    private readonly KeyEncoder _encoder;
    private readonly PayloadCells _payload;
    private readonly NativeList<ulong> _hashes;
    private readonly int[] _places;
    private readonly int _keyCount;

    /// <summary>Lays rows out.</summary>
    /// <param name="schema">The columns of a row.</param>
    /// <param name="keys">Those that name it.</param>
    /// <param name="context">Pages and account.</param>
    /// <param name="ttl">When keys that nothing touched are forgotten, or null.</param>
    public UpsertRows(Schema schema, ValueList<int> keys, OperatorContext context, StateTtl? ttl)
    {
        _schema = schema;
        _context = context;
        _keyCount = keys.Count;
        _places = new int[schema.Fields.Count];
        StateLayout layout = Lay(schema, keys, _places, hasTime: ttl is not null, context.Allocator, out _payload);
        ExistsOffset = layout.CellOffsets[0];
        State = new KeyedState("rows", layout, context.Pages, context.Allocator, context.KeyGroups, ttl);
        _encoder = new KeyEncoder(layout, context.Allocator);
        _hashes = new NativeList<ulong>(context.Allocator);
    }

    /// <summary>Gets what checkpoints hold.</summary>
    public KeyedState State { get; }

    /// <summary>Gets the cell that says 1 of a row that stands and 0 of one that does not.</summary>
    public int ExistsOffset { get; }

    /// <summary>Tells whether a row stands.</summary>
    public bool Exists(byte* row) => *(long*)(row + ExistsOffset) != 0;

    /// <summary>Tells whether two rows of a key are equal.</summary>
    public bool Same(byte* left, byte* right) => _payload.Same(left, right);

    /// <summary>Takes in the rows of a batch that the table has begun; it lists the keys touched.</summary>
    public void Fold(StreamBatch batch)
    {
        RecordBatch rows = batch.Rows;
        StateTable table = State.Table;
        var keys = new ArrayData[_keyCount];
        var others = new ArrayData[rows.Columns.Length - keys.Length];
        for (int i = 0; i < _places.Length; i++)
        {
            (_places[i] >= 0 ? ref keys[_places[i]] : ref others[-1 - _places[i]]) = rows.Columns[i];
        }

        ulong* hashes = _hashes.Reserve(Math.Max(1, rows.Length));
        table.Layout.Hash(keys, rows.Length, hashes);
        _encoder.Encode(keys, rows.Length);
        _payload.Encode(others, rows.Length);
        byte** found = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        for (int at = 0; at < rows.Length; at += StateTable.BlockRows)
        {
            int count = Math.Min(StateTable.BlockRows, rows.Length - at);
            table.FindOrCreate(_encoder, hashes, at, count, found, slots);
            table.Touch(found, slots, hashes + at, count);
            for (int i = 0; i < count; i++)
            {
                RowKind kind = batch.Kinds is null ? RowKind.Insert : batch.Kinds[at + i];
                if (kind is RowKind.Insert or RowKind.UpdateAfter)
                {
                    _payload.Store(table, found[i], at + i);
                    *(long*)(found[i] + ExistsOffset) = 1;
                }
                else if (kind == RowKind.Delete)
                {
                    *(long*)(found[i] + ExistsOffset) = 0;
                }
            }
        }
    }

    /// <summary>Deletes the rows that the batch touched and that do not stand.</summary>
    public void DeleteGone()
    {
        StateTable table = State.Table;
        for (int t = 0; t < table.TouchedCount; t++)
        {
            if (!Exists(table.TouchedRows[t]))
            {
                table.Delete(table.TouchedRows[t], table.TouchedSlots[t], table.TouchedHashes[t]);
            }
        }
    }

    /// <summary>Makes all columns of rows.</summary>
    public ArrayData[] Columns(byte** rows, int count)
    {
        var columns = new ArrayData[_places.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = _places[i] >= 0
                ? RowColumns.Key(State.Table.Layout, _places[i], _schema.Fields[i].Type, rows, count, _context.Allocator)
                : _payload.Column(-1 - _places[i], rows, count, _context.Allocator);
        }

        return columns;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        State.Dispose();
        _encoder.Dispose();
        _payload.Dispose();
        _hashes.Dispose();
    }

    /// <summary>A column stands in the key at its place, or else behind the others at −1 − place.</summary>
    private static StateLayout Lay(
        Schema schema, ValueList<int> keys, int[] places, bool hasTime, BufferAllocator allocator, out PayloadCells payload)
    {
        var named = new Field[keys.Count];
        var others = new List<Field>();
        for (int i = 0; i < places.Length; i++)
        {
            int place = keys.Span.IndexOf(i);
            places[i] = place >= 0 ? place : -1 - others.Count;
            if (place >= 0)
            {
                named[place] = schema.Fields[i];
            }
            else
            {
                others.Add(schema.Fields[i]);
            }
        }

        List<StateCell> cells = [new("exists", CellType.Int64)];
        payload = new PayloadCells(ValueList.From(others), cells, allocator);
        var layout = new StateLayout(ValueList.Create<Field>(named), ValueList.From(cells), hasTime: hasTime);
        payload.Bind(layout);
        return layout;
    }
}
