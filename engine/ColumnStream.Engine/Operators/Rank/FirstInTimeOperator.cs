using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators.WindowAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Rank;

/// <summary>Passes the first row of each partition in event time, once, when the watermark says that no earlier one comes.</summary>
/// <remarks>So nothing is taken back. A partition that was sent keeps its key alone; rows behind the watermark are late.</remarks>
internal sealed unsafe class FirstInTimeOperator(RankNode node) : Operator
{
    private const int ChunkRows = 4096;
    private readonly Schema _schema = node.OutputSchema();
    private readonly PriorityQueue<uint, long> _waiting = new();
    private OperatorContext _context = null!;
    private SingleRows _rows = null!;
    private ProgressState _watermark = null!;
    private NativeList<nint> _due = null!;
    private StateSweeper _sweeper = null!;
    private int _timeOffset;
    private long _units;

    public override IReadOnlyList<OperatorState> States => [_rows.State, _watermark];

    public override bool HasMore => _waiting.TryPeek(out _, out long timeMs) && timeMs <= _watermark.Value;

    public override void Open(OperatorContext context)
    {
        _context = context;
        var columns = new RankColumns(node.Partition, node.Order, context.Inputs[0]);
        var ttl = StateTtl.Of(node.StateTtlMs, context);
        _rows = new SingleRows(columns, keepsRows: true, context, ttl);
        _sweeper = new StateSweeper(ttl, context, _rows.State);
        _watermark = new ProgressState("watermark", Watermark.Min, context.Allocator);
        _due = new NativeList<nint>(context.Allocator);
        _timeOffset = _rows.Layout.KeyOffsets[columns.PlaceOf(node.Order[0].Column)];
        _units = WindowMath.UnitsPerMs(context.Inputs[0].Fields[node.Order[0].Column].Type);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            Begin();
            _sweeper.Sweep();
            batch = WithoutLate(batch);
            _rows.Choose(_rows.Columns.Arrange(batch.Rows.Columns), batch.Rows.Length, SingleRows.Preference.BestEarlier);
            Keep(batch.Rows);
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
        RowStore store = _rows.State.Table.Rows;
        while (_due.Count < ChunkRows && HasMore)
        {
            _waiting.TryDequeue(out uint slot, out long timeMs);
            byte* row = store.Row(slot);
            if (store.IsLive(slot) && *(long*)(row + _rows.Sent) == 0 && TimeOf(row) == timeMs)
            {
                store.Touch(row, slot);
                *(long*)(row + _rows.Sent) = 1;
                _due.Add((nint)row);
            }
        }

        if (_due.Count == 0)
        {
            return;
        }

        var columns = new ArrayData[_schema.Fields.Count];
        _rows.Columns.Gather(_rows.Layout, (byte**)_due.Pointer, _due.Count, columns, _context.Allocator);
        for (int i = 0; i < _due.Count; i++)
        {
            // Nothing comes before what was sent.
            _rows.Empty((byte*)_due.Pointer[i]);
            *(ulong*)((byte*)_due.Pointer[i] + _rows.Word) = 0;
        }

        output.Emit(new StreamBatch(new RecordBatch(_schema, columns, _due.Count)));
    }

    public override void OnTimer(long clockMs, Collector output)
    {
        Begin();
        _sweeper.OnTimer(clockMs);
    }

    protected override void Dispose(bool disposing)
    {
        _rows?.Dispose();
        _due?.Dispose();
    }

    private long TimeOf(byte* row) => WindowMath.FloorDivide(*(long*)(row + _timeOffset), _units);

    private void Begin()
    {
        if (!_rows.BeginBatch())
        {
            return;
        }

        _waiting.Clear();
        uint next = 1;
        StateTable table = _rows.State.Table;
        for (byte* row = table.WalkLive(ref next); row is not null; row = table.WalkLive(ref next))
        {
            if (*(long*)(row + _rows.Sent) == 0)
            {
                _waiting.Enqueue(next - 1, TimeOf(row));
            }
            else
            {
                *(ulong*)(row + _rows.Word) = 0;
            }
        }
    }

    private StreamBatch WithoutLate(StreamBatch batch)
    {
        ArrayData column = batch.Rows.Columns[node.Order[0].Column];
        if (column.NullCount > 0)
        {
            string name = batch.Rows.Schema.Fields[node.Order[0].Column].Name;
            throw new UserException(4002, $"Rowtime must not be NULL: column {name}.");
        }

        ReadOnlySpan<long> times = ((FixedWidthArray)column).Values<long>();
        int late = 0;
        foreach (long time in times)
        {
            late += IsLate(time) ? 1 : 0;
        }

        if (late == 0)
        {
            return batch;
        }

        _context.Count("lateRows", late);
        var kept = new int[times.Length - late];
        int next = 0;
        for (int i = 0; i < times.Length; i++)
        {
            if (!IsLate(times[i]))
            {
                kept[next++] = i;
            }
        }

        RecordBatch rows = TakeKernel.Take(batch.Rows, kept, _context.Allocator);
        batch.Release();
        return new StreamBatch(rows);
    }

    private bool IsLate(long time) => WindowMath.FloorDivide(time, _units) < _watermark.Value;

    /// <summary>Stores what was chosen, but nothing for partitions that were sent.</summary>
    private void Keep(RecordBatch batch)
    {
        int count = _rows.Touched.Count;
        if (count == 0)
        {
            return;
        }

        var inputs = new int[count];
        for (int i = 0; i < count; i++)
        {
            inputs[i] = _rows.Touched.Pointer[i].Input;
        }

        RecordBatch chosen = TakeKernel.Take(batch, inputs, _context.Allocator);
        try
        {
            _rows.Store(_rows.Columns.Arrange(chosen.Columns));
        }
        finally
        {
            chosen.Release();
        }

        for (int i = 0; i < count; i++)
        {
            SingleRows.Candidate candidate = _rows.Touched.Pointer[i];
            _waiting.Enqueue(candidate.Slot, TimeOf((byte*)candidate.Row));
        }
    }
}
