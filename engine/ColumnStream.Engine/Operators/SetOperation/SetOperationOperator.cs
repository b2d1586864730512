using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
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
    private const int ChunkRows = 4096;
    private readonly Schema _schema = node.OutputSchema();
    private OperatorContext _context = null!;
    private KeyedState _state = null!;
    private KeyEncoder _keys = null!;
    private StateSweeper _sweeper = null!;
    private NativeList<ulong> _hashes = null!;
    private NativeList<nint> _rows = null!;
    private NativeList<byte> _kinds = null!;
    private uint _next;
    private long _times;

    public override IReadOnlyList<OperatorState> States => [_state];

    public override bool HasMore => _next != 0;

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
        _kinds = new NativeList<byte>(context.Allocator);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            Fold(input, batch);
        }
        finally
        {
            batch.Release();
        }

        Settle(output);
    }

    public override void Continue(Collector output)
    {
        StateTable table = _state.Table;
        _rows.Count = 0;
        while (_rows.Count < ChunkRows)
        {
            uint slot = _next;
            byte* row = table.NextLive(ref slot);
            if (row is null)
            {
                _next = 0;
                break;
            }

            long times = Answer(row);
            for (; _times < times && _rows.Count < ChunkRows; _times++)
            {
                _rows.Add((nint)row);
            }

            // NextLive moved behind the row; while some of it is left, go on with the same.
            _next = _times >= times ? slot : slot - 1;
            _times = _times >= times ? 0 : _times;
        }

        Emit(output, withKinds: false);
    }

    public override void OnTimer(long clockMs, Collector output) => _sweeper.OnTimer(clockMs);

    public override void Finish(Collector output)
    {
        if (_context.IsBatch)
        {
            _next = 1;
            Continue(output);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _state?.Dispose();
        _keys?.Dispose();
        _hashes?.Dispose();
        _rows?.Dispose();
        _kinds?.Dispose();
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

    private void Fold(int input, StreamBatch batch)
    {
        StateTable table = _state.Table;
        int length = batch.Rows.Length;
        table.BeginBatch();
        _sweeper.Sweep();
        ulong* hashes = _hashes.Reserve(Math.Max(1, length));
        table.Layout.Hash(batch.Rows.Columns, length, hashes);
        _keys.Encode(batch.Rows.Columns, length);
        byte** rows = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        RowKind* kinds = batch.Kinds;
        for (int at = 0; at < length; at += StateTable.BlockRows)
        {
            int count = Math.Min(StateTable.BlockRows, length - at);
            table.FindOrCreate(_keys, hashes, at, count, rows, slots);
            table.Touch(rows, slots, hashes + at, count);
            for (int i = 0; i < count; i++)
            {
                bool adds = kinds is null || kinds[at + i] is RowKind.Insert or RowKind.UpdateAfter;
                *Cell(rows[i], input) += adds ? 1 : -1;
            }
        }
    }

    /// <summary>Emits what the batch changed, a chunk at a time: no more rows than the batch had.</summary>
    private void Settle(Collector output)
    {
        if (_context.IsBatch)
        {
            return;
        }

        StateTable table = _state.Table;
        _rows.Count = 0;
        _kinds.Count = 0;
        for (int t = 0; t < table.TouchedCount; t++)
        {
            byte* row = table.TouchedRows[t];
            long* emitted = Cell(row, 2);
            long answer = Answer(row);
            byte kind = (byte)(answer > *emitted ? RowKind.Insert : RowKind.Delete);
            for (long times = Math.Abs(answer - *emitted); times > 0; times--)
            {
                _rows.Add((nint)row);
                _kinds.Add(kind);
                if (_rows.Count == ChunkRows)
                {
                    Emit(output, withKinds: true);
                }
            }

            *emitted = answer;
        }

        Emit(output, withKinds: true);
        for (int t = 0; t < table.TouchedCount; t++)
        {
            byte* row = table.TouchedRows[t];
            if (*Cell(row, 0) == 0 && *Cell(row, 1) == 0)
            {
                table.Delete(row, table.TouchedSlots[t], table.TouchedHashes[t]);
            }
        }
    }

    private void Emit(Collector output, bool withKinds)
    {
        int count = (int)_rows.Count;
        if (count == 0)
        {
            return;
        }

        StateLayout layout = _state.Table.Layout;
        var columns = new ArrayData[layout.Keys.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = RowColumns.Key(layout, i, layout.Keys[i].Type, (byte**)_rows.Pointer, count, _context.Allocator);
        }

        NativeBuffer? kinds = null;
        if (withKinds && node.Changelog != ChangelogMode.InsertOnly)
        {
            kinds = _context.Allocator.Allocate(count);
            Buffer.MemoryCopy(_kinds.Pointer, kinds.Pointer, kinds.Capacity, count);
        }

        _rows.Count = 0;
        _kinds.Count = 0;
        output.Emit(new StreamBatch(new RecordBatch(_schema, columns, count), kinds));
    }
}
