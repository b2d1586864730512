using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Upsert;

/// <summary>Keeps the last row of each key and emits one change a key and batch, where the row is another than before.</summary>
/// <remarks>
/// +I and +U put the row in place, −D takes it away, −U says nothing: its +U follows under the same key. Where keys expire an
/// equal row is emitted too, so that those behind do not forget the key earlier than this.
/// </remarks>
internal sealed unsafe class ChangelogNormalizeOperator(ChangelogNormalizeNode node) : Operator
{
    private readonly Schema _schema = node.OutputSchema();
    private OperatorContext _context = null!;
    private KeyedState _state = null!;
    private KeyEncoder _keys = null!;
    private PayloadCells _payload = null!;
    private StateSweeper _sweeper = null!;
    private RowChanges _changes = null!;
    private int[] _places = [];
    private bool _expires;
    private int _exists;
    private int _pending;
    private int _pendingEnd;

    public override IReadOnlyList<OperatorState> States => [_state];

    public override bool HasMore => _pending < _pendingEnd;

    public override void Open(OperatorContext context)
    {
        _context = context;
        Schema input = context.Inputs[0];
        var ttl = StateTtl.Of(node.StateTtlMs, context);
        _expires = ttl is not null;

        // A column stands in the key at its place, or else behind the others at −1 − place.
        _places = new int[input.Fields.Count];
        var keys = new Field[node.Keys.Count];
        var others = new List<Field>();
        for (int i = 0; i < _places.Length; i++)
        {
            int place = node.Keys.Span.IndexOf(i);
            _places[i] = place >= 0 ? place : -1 - others.Count;
            if (place >= 0)
            {
                keys[place] = input.Fields[i];
            }
            else
            {
                others.Add(input.Fields[i]);
            }
        }

        List<StateCell> cells = [new("exists", Compute.Aggregates.CellType.Int64)];
        _payload = new PayloadCells(ValueList.From(others), cells, context.Allocator);
        var layout = new StateLayout(ValueList.Create<Field>(keys), ValueList.From(cells), hasTime: _expires);
        _payload.Bind(layout);
        _exists = layout.CellOffsets[0];
        _state = new KeyedState("rows", layout, context.Pages, context.Allocator, context.KeyGroups, ttl);
        _keys = new KeyEncoder(layout, context.Allocator);
        _sweeper = new StateSweeper(ttl, context, _state);
        _changes = new RowChanges(_schema, context.Allocator);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            _state.Table.BeginBatch();
            _sweeper.Sweep();
            Fold(batch);
        }
        finally
        {
            batch.Release();
        }

        _pending = 0;
        _pendingEnd = _state.Table.TouchedCount;
        Continue(output);
    }

    public override void Continue(Collector output)
    {
        StateTable table = _state.Table;
        bool retracts = node.Changelog == ChangelogMode.Retract;
        while (_pending < _pendingEnd && _changes.Count <= RowChanges.ChunkRows - 2)
        {
            byte* row = table.TouchedRows[_pending];
            byte* image = table.TouchedImage(_pending++);
            bool existed = (image[4] & RowStore.Dead) == 0;
            bool exists = *(long*)(row + _exists) != 0;
            if (existed && !exists)
            {
                _changes.Add(image, RowKind.Delete);
            }
            else if (!existed && exists)
            {
                _changes.Add(row, RowKind.Insert);
            }
            else if (existed && (_expires || !_payload.Same(image, row)))
            {
                if (retracts)
                {
                    _changes.Add(image, RowKind.UpdateBefore);
                }

                _changes.Add(row, RowKind.UpdateAfter);
            }
        }

        Emit(output);
        if (_pending == _pendingEnd)
        {
            DeleteGone();
        }
    }

    public override void OnTimer(long clockMs, Collector output) => _sweeper.OnTimer(clockMs);

    protected override void Dispose(bool disposing)
    {
        _state?.Dispose();
        _keys?.Dispose();
        _payload?.Dispose();
        _changes?.Dispose();
    }

    private void Fold(StreamBatch batch)
    {
        RecordBatch rows = batch.Rows;
        var keys = new ArrayData[node.Keys.Count];
        var others = new ArrayData[rows.Columns.Length - keys.Length];
        for (int i = 0; i < _places.Length; i++)
        {
            (_places[i] >= 0 ? ref keys[_places[i]] : ref others[-1 - _places[i]]) = rows.Columns[i];
        }

        using var hashes = new NativeList<ulong>(_context.Allocator);
        ulong* hash = hashes.Reserve(Math.Max(1, rows.Length));
        _state.Table.Layout.Hash(keys, rows.Length, hash);
        _keys.Encode(keys, rows.Length);
        _payload.Encode(others, rows.Length);
        byte** found = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        for (int at = 0; at < rows.Length; at += StateTable.BlockRows)
        {
            int count = Math.Min(StateTable.BlockRows, rows.Length - at);
            _state.Table.FindOrCreate(_keys, hash, at, count, found, slots);
            _state.Table.Touch(found, slots, hash + at, count);
            for (int i = 0; i < count; i++)
            {
                RowKind kind = batch.Kinds is null ? RowKind.Insert : batch.Kinds[at + i];
                if (kind is RowKind.Insert or RowKind.UpdateAfter)
                {
                    _payload.Store(_state.Table, found[i], at + i);
                    *(long*)(found[i] + _exists) = 1;
                }
                else if (kind == RowKind.Delete)
                {
                    *(long*)(found[i] + _exists) = 0;
                }
            }
        }
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
            columns[i] = _places[i] >= 0
                ? RowColumns.Key(_state.Table.Layout, _places[i], _schema.Fields[i].Type, _changes.Rows, count, _context.Allocator)
                : _payload.Column(-1 - _places[i], _changes.Rows, count, _context.Allocator);
        }

        _changes.Emit(columns, withKinds: true, output);
    }

    private void DeleteGone()
    {
        StateTable table = _state.Table;
        for (int t = 0; t < _pendingEnd; t++)
        {
            if (*(long*)(table.TouchedRows[t] + _exists) == 0)
            {
                table.Delete(table.TouchedRows[t], table.TouchedSlots[t], table.TouchedHashes[t]);
            }
        }
    }
}
