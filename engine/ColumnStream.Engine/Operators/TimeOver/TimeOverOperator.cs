using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators.WindowAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.TimeOver;

/// <summary>Answers rows in the order of time: by rowtime when the watermark has passed them, by processing time as they come.</summary>
/// <remarks>
/// Rows that are due are answered together, partition by partition. What frames do not reach any more goes; a partition whose
/// frames reach back in time only is emptied by the watermark even if nothing comes.
/// </remarks>
internal sealed unsafe class TimeOverOperator(TimeOverNode node) : Operator
{
    private const int ChunkRows = 4096;
    private readonly Schema _schema = node.OutputSchema();
    private readonly OverCall[] _calls = CallsOf(node);
    private OperatorContext _context = null!;
    private OverRows _rows = null!;
    private OverEvaluation _evaluation = null!;
    private KeyEncoder _encoder = null!;
    private TimeHeap _waiting = null!;
    private TimeHeap _expiring = null!;
    private NativeList<nint> _due = null!;
    private NativeList<uint> _dueSlots = null!;
    private NativeList<nint> _touched = null!;
    private NativeList<uint> _touchedSlots = null!;
    private ProgressState _watermark = null!;
    private RecordBatch? _answer;
    private int _next;
    private long _units;
    private bool _readsRows;
    private long _rowsBefore;
    private long _timeBefore;

    public override IReadOnlyList<OperatorState> States => [_rows.Rows, _rows.Partitions, _watermark];

    public override bool HasMore => _answer is not null || IsDue;

    private bool IsDue => _waiting.Count > 0 && WindowMath.FloorDivide(_waiting.FirstTime, _units) <= _watermark.Value;

    public override void Open(OperatorContext context)
    {
        _context = context;
        _rows = new OverRows(node.Partition, node.TimeColumn, _calls, context);
        _evaluation = new OverEvaluation(node, _calls, _rows, _schema, context);
        _encoder = new KeyEncoder(_rows.Rows.Table.Layout, context.Allocator);
        _waiting = new TimeHeap(context.Allocator);
        _expiring = new TimeHeap(context.Allocator);
        _due = new NativeList<nint>(context.Allocator);
        _dueSlots = new NativeList<uint>(context.Allocator);
        _touched = new NativeList<nint>(context.Allocator);
        _touchedSlots = new NativeList<uint>(context.Allocator);
        _watermark = new ProgressState("watermark", Watermark.Min, context.Allocator);
        _units = WindowMath.UnitsPerMs(context.Inputs[0].Fields[node.TimeColumn].Type);
        foreach (OverCall call in _calls)
        {
            _readsRows |= call.ReadsRows;
            _rowsBefore = Math.Max(_rowsBefore, call.RowsBefore);
            _timeBefore = Math.Max(_timeBefore, call.TimeBefore);
        }
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            Begin();
            batch = node.IsRowtime
                ? LateRows.Drop(batch, node.TimeColumn, _units, _watermark.Value, _context) : batch;
            Add(batch.Rows);
        }
        finally
        {
            batch.Release();
        }

        if (!node.IsRowtime && _due.Count > 0)
        {
            Answer();
            Continue(output);
        }
    }

    public override long Advance(long watermarkMs, Collector output)
    {
        Begin();
        _watermark.Value = watermarkMs;
        Continue(output);
        Expire();
        return watermarkMs;
    }

    public override void Continue(Collector output)
    {
        if (_answer is null && IsDue)
        {
            TakeDue();
            Answer();
        }

        if (_answer is null)
        {
            return;
        }

        int count = Math.Min(ChunkRows, _answer.Length - _next);
        if (count == _answer.Length)
        {
            output.Emit(new StreamBatch(_answer));
            _answer = null;
            return;
        }

        var rows = new int[count];
        for (int i = 0; i < count; i++)
        {
            rows[i] = _next + i;
        }

        _next += count;
        RecordBatch chunk = TakeKernel.Take(_answer, rows, _context.Allocator);
        if (_next == _answer.Length)
        {
            _answer.Release();
            _answer = null;
        }

        output.Emit(new StreamBatch(chunk));
    }

    protected override void Dispose(bool disposing)
    {
        _answer?.Release();
        _answer = null;
        _rows?.Dispose();
        _evaluation?.Dispose();
        _encoder?.Dispose();
        _waiting?.Dispose();
        _expiring?.Dispose();
        _due?.Dispose();
        _dueSlots?.Dispose();
        _touched?.Dispose();
        _touchedSlots?.Dispose();
    }

    private static OverCall[] CallsOf(TimeOverNode node)
    {
        var calls = new OverCall[node.Calls.Count];
        for (int i = 0; i < calls.Length; i++)
        {
            calls[i] = new OverCall(node.Calls[i]);
        }

        return calls;
    }

    private void Begin()
    {
        if (!_rows.BeginBatch())
        {
            return;
        }

        _waiting.Clear();
        _expiring.Clear();
        _rows.Relink((row, slot, sequence) => _waiting.Add(_rows.TimeOf((byte*)row), sequence, slot));
        uint next = 1;
        StateTable partitions = _rows.Partitions.Table;
        for (byte* row = partitions.NextLive(ref next); row is not null && _timeBefore >= 0; row = partitions.NextLive(ref next))
        {
            Remind(row, next - 1);
        }
    }

    /// <summary>Stores the rows of a batch; they wait for the watermark, or are due at once.</summary>
    private void Add(RecordBatch batch)
    {
        ArrayData[] columns = _rows.Columns.Arrange(batch.Columns);
        _encoder.Encode(columns, batch.Length);
        _due.Count = 0;
        _dueSlots.Count = 0;
        byte** rows = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        for (int at = 0; at < batch.Length; at += StateTable.BlockRows)
        {
            int count = Math.Min(StateTable.BlockRows, batch.Length - at);
            _rows.Rows.Table.Append(_encoder, at, count, rows, slots);
            for (int i = 0; i < count; i++)
            {
                long sequence = _rows.Number(rows[i]);
                if (node.IsRowtime)
                {
                    _waiting.Add(_rows.TimeOf(rows[i]), sequence, slots[i]);
                }
                else
                {
                    _due.Add((nint)rows[i]);
                    _dueSlots.Add(slots[i]);
                }
            }
        }
    }

    /// <summary>Takes rows that the watermark has passed, about a chunk; rows of one time stay together.</summary>
    private void TakeDue()
    {
        _due.Count = 0;
        _dueSlots.Count = 0;
        long last = 0;
        while (IsDue && (_due.Count < ChunkRows || _waiting.FirstTime == last))
        {
            last = _waiting.FirstTime;
            uint slot = _waiting.Take();
            _due.Add((nint)_rows.Rows.Table.Rows.Row(slot));
            _dueSlots.Add(slot);
        }
    }

    /// <summary>Answers all rows that are due, and lets go what no frame reaches.</summary>
    private void Answer()
    {
        _touched.Count = 0;
        _touchedSlots.Count = 0;
        byte** partitions = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        for (int at = 0; at < _due.Count; at += StateTable.BlockRows)
        {
            int count = Math.Min(StateTable.BlockRows, _due.Count - at);
            _rows.Find((byte**)_due.Pointer + at, count, partitions, slots);
            for (int i = 0; i < count; i++)
            {
                uint slot = _dueSlots.Pointer[at + i];
                _rows.Chain(partitions[i], (byte*)_due.Pointer[at + i], slot);
                ref long due = ref OverRows.Cell(partitions[i], _rows.Due);
                if (due == 0)
                {
                    due = slot;
                    _touched.Add((nint)partitions[i]);
                    _touchedSlots.Add(slots[i]);
                }
            }
        }

        try
        {
            _answer = _evaluation.Run(_touched, _touchedSlots, _readsRows);
            _next = 0;
        }
        catch (Exception error) when (error is EvaluationException or MemoryLimitException)
        {
            throw EvaluationErrors.ToUser(error);
        }

        for (int i = 0; i < _touched.Count; i++)
        {
            Settle((byte*)_touched.Pointer[i], _touchedSlots.Pointer[i]);
        }
    }

    /// <summary>Keeps of a partition what later frames reach back to.</summary>
    private void Settle(byte* partition, uint slot)
    {
        RowStore store = _rows.Rows.Table.Rows;
        ref long due = ref OverRows.Cell(partition, _rows.Due);
        if (_readsRows)
        {
            for (long at = due; at != 0; at = _rows.Next(store.Row((uint)at)))
            {
                _rows.Answer(store.Row((uint)at), (uint)at);
            }
        }

        due = 0;
        long last = OverRows.Cell(partition, _rows.LastTime);
        long least = _timeBefore < 0 ? long.MaxValue : Math.Max(long.MinValue + _timeBefore, last) - _timeBefore;
        while (OverRows.Cell(partition, _rows.Head) is not 0 and long head
            && (!_readsRows
                || (OverRows.Cell(partition, _rows.Chained) > _rowsBefore && _rows.TimeOf(store.Row((uint)head)) < least)))
        {
            _rows.DropFirst(partition);
        }

        Remind(partition, slot);
    }

    /// <summary>Sees to it that the watermark empties a partition whose frames reach back in time only.</summary>
    private void Remind(byte* partition, uint slot)
    {
        long tail = OverRows.Cell(partition, _rows.Tail);
        if (_timeBefore >= 0 && _rowsBefore == 0 && tail != 0 && node.IsRowtime)
        {
            _expiring.Add(_rows.TimeOf(_rows.Rows.Table.Rows.Row((uint)tail)), slot, slot);
        }
    }

    /// <summary>Empties partitions whose last row no frame can reach any more.</summary>
    private void Expire()
    {
        while (_expiring.Count > 0 && WindowMath.FloorDivide(_expiring.FirstTime, _units) <= Before(_watermark.Value))
        {
            long time = _expiring.FirstTime;
            uint slot = _expiring.Take();
            if (!_rows.Partitions.Table.Rows.IsLive(slot))
            {
                continue;
            }

            byte* partition = _rows.Partitions.Table.Rows.Row(slot);
            long tail = OverRows.Cell(partition, _rows.Tail);
            if (tail == 0 || _rows.TimeOf(_rows.Rows.Table.Rows.Row((uint)tail)) != time)
            {
                continue;
            }

            while (OverRows.Cell(partition, _rows.Head) != 0)
            {
                _rows.DropFirst(partition);
            }

            if (!_evaluation.Continues)
            {
                _rows.Partitions.Table.Delete(partition, slot, *(ulong*)(partition + _rows.Hash));
            }
        }
    }

    /// <summary>Returns the time whose rows no frame of a row behind a watermark reaches.</summary>
    private long Before(long watermarkMs)
    {
        long reach = (_timeBefore / _units) + 1;
        return watermarkMs < long.MinValue + reach ? long.MinValue : watermarkMs - reach;
    }
}
