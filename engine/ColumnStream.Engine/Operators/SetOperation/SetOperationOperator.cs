using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.SetOperation;

/// <summary>Counts each row on both sides; what a batch changes in the answer comes out as +I and −D.</summary>
/// <remarks>
/// <code>
/// rows     all columns → how often left, how often right, how often it came out
/// </code>
/// A count may fall below zero for a while when a −D overtakes its +I; it then stands for none.
/// </remarks>
internal sealed unsafe class SetOperationOperator(SetOperationNode node) : Operator
{
    private OperatorContext _context = null!;
    private KeyedState _state = null!;
    private KeyEncoder _keys = null!;
    private StateSweeper _sweeper = null!;
    private NativeList<ulong> _hashes = null!;
    private NativeList<nint> _rows = null!;
    private RowChanges _changes = null!;
    private CountedRows _final;

    public override IReadOnlyList<OperatorState> States => [_state];

    public override bool HasMore => _final.IsOpen;

    public override bool AnswersAtEnd => _context.IsBatch;

    public override void Open(OperatorContext context)
    {
        _context = context;
        StateCell[] cells = [new("left", CellType.Int64), new("right", CellType.Int64), new("emitted", CellType.Int64)];
        var ttl = StateTtl.Of(node.StateTtlMs, context);
        var layout = new StateLayout(
            ValueList.Create<Field>(Fields()), ValueList.Create<StateCell>(cells), hasTime: ttl is not null);
        _state = new KeyedState("rows", layout, context.Pages, context.Allocator, context.KeyGroups, ttl: ttl);
        _sweeper = new StateSweeper(ttl, context, _state);
        _keys = new KeyEncoder(layout, context.Allocator);
        _hashes = new NativeList<ulong>(context.Allocator);
        _rows = new NativeList<nint>(context.Allocator);
        _changes = new RowChanges(node.OutputSchema(), context.Allocator);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            _sweeper.Sweep();
            CountedRows.Fold(_state.Table, _keys, _hashes, batch, _state.Table.Layout.CellOffsets[input]);
        }
        finally
        {
            batch.Release();
        }

        Settle(output);
    }

    public override void Continue(Collector output)
    {
        _rows.Count = 0;
        _final.Fill(_state.Table, _state.Table.Layout.CellOffsets[2], _rows, RowChanges.ChunkRows);
        for (int i = 0; i < _rows.Count; i++)
        {
            _changes.Add((byte*)_rows.Pointer[i], RowKind.Insert);
        }

        Emit(output);
    }

    public override void OnTimer(long clockMs, Collector output) => _sweeper.OnTimer(clockMs);

    public override void Finish(Collector output)
    {
        if (_context.IsBatch)
        {
            _final.Begin();
            Continue(output);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _state?.Dispose();
        _keys?.Dispose();
        _hashes?.Dispose();
        _rows?.Dispose();
        _changes?.Dispose();
    }

    /// <summary>Both sides have the output's columns; a column that may be NULL on either side may be NULL in the state.</summary>
    private Field[] Fields()
    {
        Schema left = _context.Inputs[0];
        var fields = new Field[left.Fields.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = left.Fields[i] with { Nullable = left.Fields[i].Nullable || _context.Inputs[1].Fields[i].Nullable };
        }

        return fields;
    }

    private long* Cell(byte* row, int cell) => (long*)(row + _state.Table.Layout.CellOffsets[cell]);

    /// <summary>Returns how often a row stands in the answer.</summary>
    private long Answer(byte* row)
    {
        long left = Math.Max(0, *Cell(row, 0));
        long right = Math.Max(0, *Cell(row, 1));
        if (!node.IsAll)
        {
            return left > 0 && right > 0 == (node.Kind == SetOperationKind.Intersect) ? 1 : 0;
        }

        return node.Kind == SetOperationKind.Intersect ? Math.Min(left, right) : Math.Max(0, left - right);
    }

    /// <summary>Emits what the batch changed, a chunk at a time: no more rows than the batch had. Where only the end counts, notes it.</summary>
    private void Settle(Collector output)
    {
        StateTable table = _state.Table;
        for (int t = 0; t < table.TouchedCount; t++)
        {
            byte* row = table.TouchedRows[t];
            long* emitted = Cell(row, 2);
            long answer = Answer(row);
            RowKind kind = answer > *emitted ? RowKind.Insert : RowKind.Delete;
            for (long times = _context.IsBatch ? 0 : Math.Abs(answer - *emitted); times > 0; times--)
            {
                _changes.Add(row, kind);
                if (_changes.Count == RowChanges.ChunkRows)
                {
                    Emit(output);
                }
            }

            *emitted = answer;
        }

        Emit(output);
        for (int t = 0; t < table.TouchedCount; t++)
        {
            byte* row = table.TouchedRows[t];
            if (*Cell(row, 0) == 0 && *Cell(row, 1) == 0)
            {
                table.Delete(row, table.TouchedSlots[t], table.TouchedHashes[t]);
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

        StateLayout layout = _state.Table.Layout;
        var columns = new ArrayData[layout.Keys.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = RowColumns.Key(layout, i, layout.Keys[i].Type, _changes.Rows, count, _context.Allocator);
        }

        _changes.Emit(columns, !_context.IsBatch && node.Changelog != ChangelogMode.InsertOnly, output);
    }
}
