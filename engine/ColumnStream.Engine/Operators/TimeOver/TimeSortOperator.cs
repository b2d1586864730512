using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators.WindowAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.TimeOver;

/// <summary>Keeps rows until the watermark passes them; then they go in the order of time, of one time by the other keys.</summary>
/// <remarks>Runs in one subtask. Rows behind the watermark are late: they would come out of order.</remarks>
internal sealed unsafe class TimeSortOperator(TimeSortNode node) : Operator
{
    private const int ChunkRows = 4096;
    private readonly Schema _schema = node.OutputSchema();
    private OperatorContext _context = null!;
    private OverRows _rows = null!;
    private KeyEncoder _encoder = null!;
    private TimeHeap _waiting = null!;
    private NativeList<nint> _due = null!;
    private NativeList<uint> _dueSlots = null!;
    private ProgressState _watermark = null!;
    private long _units;

    public override IReadOnlyList<OperatorState> States => [_rows.Rows, _watermark];

    public override bool HasMore =>
        _waiting.Count > 0 && WindowMath.FloorDivide(_waiting.FirstTime, _units) <= _watermark.Value;

    private int TimeColumn => node.Keys[0].Column;

    /// <summary>Gets that only slots are kept between two chunks.</summary>
    public override bool HoldsRows => false;

    public override void Open(OperatorContext context)
    {
        _context = context;
        _rows = new OverRows(default, TimeColumn, [], context);
        _encoder = new KeyEncoder(_rows.Rows.Table.Layout, context.Allocator);
        _waiting = new TimeHeap(context.Allocator);
        _due = new NativeList<nint>(context.Allocator);
        _dueSlots = new NativeList<uint>(context.Allocator);
        _watermark = new ProgressState("watermark", Watermark.Min, context.Allocator);
        _units = WindowMath.UnitsPerMs(context.Inputs[0].Fields[TimeColumn].Type);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            Begin();
            batch = LateRows.Drop(batch, TimeColumn, _units, _watermark.Value, _context);
            byte** rows = stackalloc byte*[StateTable.BlockRows];
            uint* slots = stackalloc uint[StateTable.BlockRows];
            _encoder.Encode(_rows.Columns.Arrange(batch.Rows.Columns), batch.Rows.Length);
            for (int at = 0; at < batch.Rows.Length; at += StateTable.BlockRows)
            {
                int count = Math.Min(StateTable.BlockRows, batch.Rows.Length - at);
                _rows.Rows.Table.Append(_encoder, at, count, rows, slots);
                for (int i = 0; i < count; i++)
                {
                    _waiting.Add(_rows.TimeOf(rows[i]), _rows.Number(rows[i]), slots[i]);
                }
            }
        }
        finally
        {
            batch.Release();
        }
    }

    public override long Advance(long watermarkMs, Collector output)
    {
        Begin();
        _watermark.Value = watermarkMs;
        Continue(output);
        return watermarkMs;
    }

    public override void Continue(Collector output)
    {
        _due.Count = 0;
        _dueSlots.Count = 0;
        long last = 0;

        // Rows of one time are sorted together, however many they are.
        while (HasMore && (_due.Count < _context.ChunkRows || (node.Keys.Count > 1 && _waiting.FirstTime == last)))
        {
            last = _waiting.FirstTime;
            uint slot = _waiting.Take();
            _due.Add((nint)_rows.Rows.Table.Rows.Row(slot));
            _dueSlots.Add(slot);
        }

        if (_due.Count > 0)
        {
            Send(output);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _rows?.Dispose();
        _encoder?.Dispose();
        _waiting?.Dispose();
        _due?.Dispose();
        _dueSlots?.Dispose();
    }

    private void Begin()
    {
        if (_rows.BeginBatch())
        {
            _waiting.Clear();
            _rows.Relink((row, slot, sequence) => _waiting.Add(_rows.TimeOf((byte*)row), sequence, slot));
        }
    }

    private void Send(Collector output)
    {
        var columns = new ArrayData[_schema.Fields.Count];
        StateTable table = _rows.Rows.Table;
        _rows.Columns.Gather(table.Layout, (byte**)_due.Pointer, _due.Count, columns, _context.Allocator);
        ulong hash = _rows.HashOfAll();
        for (int i = 0; i < _due.Count; i++)
        {
            table.Delete((byte*)_due.Pointer[i], _dueSlots.Pointer[i], hash);
        }

        var rows = new RecordBatch(_schema, columns, _due.Count);
        if (node.Keys.Count == 1)
        {
            output.Emit(new StreamBatch(rows));
            return;
        }

        try
        {
            int[] order = new RowComparer(rows, node.Keys).Order(_context.Cancellation);
            for (int at = 0; at < order.Length; at += ChunkRows)
            {
                ReadOnlySpan<int> chunk = order.AsSpan(at, Math.Min(ChunkRows, order.Length - at));
                output.Emit(new StreamBatch(TakeKernel.Take(rows, chunk, _context.Allocator)));
            }
        }
        finally
        {
            rows.Release();
        }
    }
}
