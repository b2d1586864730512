using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Upsert;

/// <summary>Adds and takes back rows by primary key, and emits what became of the latest row of each key that a batch touched.</summary>
internal sealed unsafe class UpsertMaterializeOperator(UpsertMaterializeNode node) : Operator
{
    private readonly Schema _schema = node.OutputSchema();
    private OperatorContext _context = null!;
    private MaterializeTables _tables = null!;
    private StateSweeper _sweeper = null!;
    private KeyEncoder _keyEncoder = null!;
    private KeyEncoder _rowEncoder = null!;
    private RowChanges _changes = null!;
    private NativeList<ulong> _keyHashes = null!;
    private NativeList<ulong> _rowHashes = null!;
    private bool _expires;
    private int _pending;
    private int _pendingEnd;

    public override IReadOnlyList<OperatorState> States => [_tables.Keys, _tables.Rows];

    public override bool HasMore => _pending < _pendingEnd;

    public override void Open(OperatorContext context)
    {
        _context = context;
        var ttl = StateTtl.Of(node.StateTtlMs, context);
        _expires = ttl is not null;
        _tables = new MaterializeTables(node, context, ttl);
        _sweeper = new StateSweeper(ttl, context, _tables.Keys);
        _keyEncoder = new KeyEncoder(_tables.Keys.Table.Layout, context.Allocator);
        _rowEncoder = new KeyEncoder(_tables.Rows.Table.Layout, context.Allocator);
        _changes = new RowChanges(_schema, context.Allocator);
        _keyHashes = new NativeList<ulong>(context.Allocator);
        _rowHashes = new NativeList<ulong>(context.Allocator);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            _tables.BeginBatch();
            _sweeper.Sweep();
            Fold(batch);
        }
        finally
        {
            batch.Release();
        }

        StateTable rows = _tables.Rows.Table;
        for (int t = 0; t < rows.TouchedCount; t++)
        {
            *_tables.Place(rows.TouchedRows[t]) = t;
        }

        _pending = 0;
        _pendingEnd = _tables.Keys.Table.TouchedCount;
        Continue(output);
    }

    public override void Continue(Collector output)
    {
        StateTable keys = _tables.Keys.Table;
        while (_pending < _pendingEnd && _changes.Count < RowChanges.ChunkRows)
        {
            byte* key = keys.TouchedRows[_pending];
            byte* image = keys.TouchedImage(_pending++);
            long before = (image[4] & RowStore.Dead) != 0 ? 0 : *_tables.Last(image);
            long now = *_tables.Last(key);
            if (now == 0)
            {
                if (before != 0)
                {
                    _changes.Add(Before(before), RowKind.Delete);
                }
            }
            else if (before != now || _expires || !_tables.Payload.Same(Before(before), Row(now)))
            {
                _changes.Add(Row(now), before == 0 ? RowKind.Insert : RowKind.UpdateAfter);
            }
        }

        Emit(output);
        if (_pending == _pendingEnd)
        {
            DeleteGone();
        }
    }

    public override void OnTimer(long clockMs, Collector output)
    {
        _tables.LinkRestored();
        _sweeper.OnTimer(clockMs);
    }

    protected override void Dispose(bool disposing)
    {
        _tables?.Dispose();
        _keyEncoder?.Dispose();
        _rowEncoder?.Dispose();
        _changes?.Dispose();
        _keyHashes?.Dispose();
        _rowHashes?.Dispose();
    }

    private void Fold(StreamBatch batch)
    {
        RecordBatch rows = batch.Rows;
        ArrayData[] keys = rows.Pick(_tables.KeyColumns);
        ArrayData[] names = rows.Pick(_tables.RowColumnsInOrder);
        ulong* keyHashes = _keyHashes.Reserve(Math.Max(1, rows.Length));
        ulong* rowHashes = _rowHashes.Reserve(Math.Max(1, rows.Length));
        _tables.Keys.Table.Layout.Hash(keys, rows.Length, keyHashes);
        _tables.Rows.Table.Layout.Hash(names, rows.Length, rowHashes);
        _keyEncoder.Encode(keys, rows.Length);
        _rowEncoder.Encode(names, rows.Length);
        _tables.Payload.Encode(rows.Pick(_tables.OtherColumns), rows.Length);
        byte** foundKeys = stackalloc byte*[StateTable.BlockRows];
        uint* keySlots = stackalloc uint[StateTable.BlockRows];
        byte** found = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        for (int at = 0; at < rows.Length; at += StateTable.BlockRows)
        {
            int count = Math.Min(StateTable.BlockRows, rows.Length - at);
            _tables.Keys.Table.FindOrCreate(_keyEncoder, keyHashes, at, count, foundKeys, keySlots);
            _tables.Keys.Table.Touch(foundKeys, keySlots, keyHashes + at, count);
            _tables.Rows.Table.FindOrCreate(_rowEncoder, rowHashes, at, count, found, slots);
            _tables.Rows.Table.Touch(found, slots, rowHashes + at, count);
            for (int i = 0; i < count; i++)
            {
                if (batch.Kinds is null || batch.Kinds[at + i] is RowKind.Insert or RowKind.UpdateAfter)
                {
                    _tables.Add(foundKeys[i], found[i], slots[i], at + i);
                }
                else
                {
                    _tables.Remove(foundKeys[i], found[i]);
                }
            }
        }
    }

    private byte* Row(long slot) => _tables.Rows.Table.Rows.Row((uint)slot);

    /// <summary>Returns a row as it was before the batch.</summary>
    private byte* Before(long slot)
    {
        byte* row = Row(slot);
        StateTable rows = _tables.Rows.Table;
        return *(uint*)row == rows.Rows.Sequence ? rows.TouchedImage((int)*_tables.Place(row)) : row;
    }

    private void Emit(Collector output)
    {
        int count = _changes.Count;
        if (count == 0)
        {
            return;
        }

        var columns = new ArrayData[_schema.Fields.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = _tables.Column(i, _changes.Rows, count);
        }

        _changes.Emit(columns, withKinds: true, output);
    }

    private void DeleteGone()
    {
        StateTable rows = _tables.Rows.Table;
        for (int t = 0; t < rows.TouchedCount; t++)
        {
            if (_tables.IsGone(rows.TouchedRows[t]))
            {
                rows.Delete(rows.TouchedRows[t], rows.TouchedSlots[t], rows.TouchedHashes[t]);
            }
        }

        StateTable keys = _tables.Keys.Table;
        for (int t = 0; t < _pendingEnd; t++)
        {
            if (*_tables.Last(keys.TouchedRows[t]) == 0)
            {
                keys.Delete(keys.TouchedRows[t], keys.TouchedSlots[t], keys.TouchedHashes[t]);
            }
        }
    }
}
