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

    /// <summary>Rows of one time come together: so many before the last time mostly make one chunk.</summary>
    private const int DueRows = 3584;
    private readonly Schema _schema = node.OutputSchema();
    private readonly OverCall[] _calls = CallsOf(node);
    private OperatorContext _context = null!;
    private OverRows _rows = null!;
    private OverEvaluation _evaluation = null!;
    private KeyEncoder _encoder = null!;
    private TimeHeap _waiting = null!;
    private TimeHeap _expiring = null!;
    private NativeList<nint> _passed = null!;
    private NativeList<uint> _passedSlots = null!;
    private OverDue _due = null!;
    private OverDistinct?[] _distinct = [];
    private StateSweeper _sweeper = null!;
    private ProgressState _watermark = null!;
    private RecordBatch? _answer;
    private int _next;
    private long _units;
    private bool _readsRows;
    private bool _keepsRows;
    private long _rowsBefore;
    private long _timeBefore = -1;
    private long _emptiedBehind = -1;

    public override IReadOnlyList<OperatorState> States =>
        [_rows.Rows, _rows.Partitions, _watermark, .. StatesOf(_distinct)];

    public override bool HasMore => _answer is not null || IsDue;

    /// <summary>Gets that only slots and finished answers are kept between two chunks.</summary>
    public override bool HoldsRows => false;

    private bool IsDue => _waiting.Count > 0 && WindowMath.FloorDivide(_waiting.FirstTime, _units) <= _watermark.Value;

    public override void Open(OperatorContext context)
    {
        _context = context;
        var ttl = StateTtl.Of(node.StateTtlMs, context);
        _rows = new OverRows(node.Partition, node.TimeColumn, _calls, context, ttl);
        _distinct = new OverDistinct?[_calls.Length];
        for (int i = 0; i < _calls.Length; i++)
        {
            if (_calls[i].Window.Call.Distinct && _calls[i].Accumulator is not null)
            {
                _distinct[i] = new OverDistinct(i, _calls[i], node.Partition, _rows, context, hasTtl: ttl is not null);
            }
        }

        _evaluation = new OverEvaluation(node, _calls, _rows, _distinct, _schema, context);
        _encoder = new KeyEncoder(_rows.Rows.Table.Layout, context.Allocator);
        _waiting = new TimeHeap(context.Allocator);
        _expiring = new TimeHeap(context.Allocator);
        _passed = new NativeList<nint>(context.Allocator);
        _passedSlots = new NativeList<uint>(context.Allocator);
        _due = new OverDue(context.Allocator);
        _watermark = new ProgressState("watermark", Watermark.Min, context.Allocator);
        _units = WindowMath.UnitsPerMs(context.Inputs[0].Fields[node.TimeColumn].Type);
        _sweeper = new StateSweeper(ttl, context, _rows.Partitions);
        _rows.Partitions.Table.Expiring = (partition, _) => Forget((byte*)partition);
        bool isInTime = node.IsRowtime;
        foreach (OverCall call in _calls)
        {
            if (call.Distance >= 0)
            {
                _keepsRows = true;
                isInTime &= !call.IsRows;
                _emptiedBehind = Math.Max(_emptiedBehind, call.Distance);
            }

            if (call.ReadsRows)
            {
                _readsRows = true;
                _rowsBefore = Math.Max(_rowsBefore, call.IsRows ? call.Distance : 0);
                _timeBefore = Math.Max(_timeBefore, call.IsRows ? -1 : call.Distance);
            }
        }

        _emptiedBehind = isInTime ? _emptiedBehind : -1;
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            Begin();
            _sweeper.Sweep();
            batch = node.IsRowtime
                ? LateRows.Drop(batch, node.TimeColumn, _units, _watermark.Value, _context) : batch;
            Add(batch.Rows);
        }
        finally
        {
            batch.Release();
        }

        if (!node.IsRowtime && _passed.Count > 0)
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

    public override void OnTimer(long clockMs, Collector output)
    {
        Begin();
        _sweeper.OnTimer(clockMs);
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
        _passed?.Dispose();
        _passedSlots?.Dispose();
        _due?.Dispose();
        foreach (OverDistinct? distinct in _distinct)
        {
            distinct?.Dispose();
        }
    }

    private static List<OperatorState> StatesOf(OverDistinct?[] distinct)
    {
        var states = new List<OperatorState>();
        foreach (OverDistinct? values in distinct)
        {
            if (values is not null)
            {
                states.Add(values.State);
            }
        }

        return states;
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
        bool isRestored = _rows.BeginBatch();
        foreach (OverDistinct? distinct in _distinct)
        {
            isRestored |= distinct is not null && distinct.BeginBatch();
        }

        if (!isRestored)
        {
            return;
        }

        _waiting.Clear();
        _expiring.Clear();
        _rows.Relink((row, slot, sequence) => _waiting.Add(_rows.TimeOf((byte*)row), sequence, slot));
        uint next = 1;
        StateTable partitions = _rows.Partitions.Table;
        for (byte* row = partitions.WalkLive(ref next); row is not null; row = partitions.WalkLive(ref next))
        {
            Remind(row, next - 1);
        }

        foreach (OverDistinct? distinct in _distinct)
        {
            distinct?.Relink();
        }
    }

    /// <summary>Stores the rows of a batch; they wait for the watermark, or are due at once.</summary>
    private void Add(RecordBatch batch)
    {
        ArrayData[] columns = _rows.Columns.Arrange(batch.Columns);
        _encoder.Encode(columns, batch.Length);
        _passed.Count = 0;
        _passedSlots.Count = 0;
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
                    _passed.Add((nint)rows[i]);
                    _passedSlots.Add(slots[i]);
                }
            }
        }
    }

    /// <summary>Takes rows that the watermark has passed, about a chunk; rows of one time stay together.</summary>
    private void TakeDue()
    {
        _passed.Count = 0;
        _passedSlots.Count = 0;
        long last = 0;
        while (IsDue && (_passed.Count < Math.Min(DueRows, _context.ChunkRows) || _waiting.FirstTime == last))
        {
            last = _waiting.FirstTime;
            uint slot = _waiting.Take();
            _passed.Add((nint)_rows.Rows.Table.Rows.Row(slot));
            _passedSlots.Add(slot);
        }
    }

    /// <summary>Answers all rows that are due, and lets go what no frame reaches.</summary>
    private void Answer()
    {
        Gather();
        try
        {
            _answer = _evaluation.Run(_due);
            _next = 0;
        }
        catch (Exception error) when (error is EvaluationException or MemoryLimitException)
        {
            throw EvaluationErrors.ToUser(error);
        }

        for (int i = 0; i < _due.Count; i++)
        {
            ref OverDue.Entry entry = ref _due.Entries[i];
            if (_keepsRows)
            {
                _rows.Answer((byte*)entry.Row, entry.Slot);
            }
            else
            {
                _rows.Rows.Table.Delete((byte*)entry.Row, entry.Slot, OverRows.HashOf((byte*)entry.Partition, _rows.Hash));
            }
        }

        for (int i = 0; i < _due.Starts[1]; i++)
        {
            Settle((byte*)_due.Entries[i].Partition, _due.Entries[i].PartitionSlot);
        }
    }

    /// <summary>Finds the partitions of the rows that the watermark has passed, and chains those that frames reach back to.</summary>
    private void Gather()
    {
        _due.Clear();
        byte** partitions = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        RowStore store = _rows.Partitions.Table.Rows;
        for (int at = 0; at < _passed.Count; at += StateTable.BlockRows)
        {
            int count = Math.Min(StateTable.BlockRows, _passed.Count - at);
            _rows.Find((byte**)_passed.Pointer + at, count, partitions, slots);
            if (_keepsRows)
            {
                _rows.Prefetch(partitions, count);
            }

            for (int i = 0; i < count; i++)
            {
                byte* row = (byte*)_passed.Pointer[at + i];
                uint slot = _passedSlots.Pointer[at + i];
                ref long round = ref OverRows.Cell(partitions[i], _rows.Round);
                if (round == 0)
                {
                    store.Touch(partitions[i], slots[i]);
                }

                if (_keepsRows)
                {
                    _rows.Chain(partitions[i], row, slot);
                }

                _due.Add(new OverDue.Entry
                {
                    Row = (nint)row, Slot = slot, Partition = (nint)partitions[i], PartitionSlot = slots[i], Round = (int)round++,
                });
            }
        }

        _due.Arrange();
    }

    /// <summary>Keeps of a partition what later frames reach back to.</summary>
    private void Settle(byte* partition, uint slot)
    {
        OverRows.Cell(partition, _rows.Round) = 0;
        OverRows.Cell(partition, _rows.Mark) = 0;
        long needed = 0;
        foreach (OverFrame frame in _rows.Frames)
        {
            needed = Math.Max(needed, OverRows.Cell(partition, frame.CountOffset));
        }

        RowStore store = _rows.Rows.Table.Rows;
        long last = OverRows.Cell(partition, _rows.LastTime);
        long least = _timeBefore < 0 ? long.MaxValue : Math.Max(long.MinValue + _timeBefore, last) - _timeBefore;
        long reach = _readsRows ? Math.Max(needed, _rowsBefore) : needed;
        while (OverRows.Cell(partition, _rows.Chained) > reach
            && (!_readsRows || _rows.TimeOf(store.Row((uint)OverRows.Cell(partition, _rows.Head))) < least))
        {
            _rows.DropFirst(partition);
        }

        Remind(partition, slot);
    }

    /// <summary>Lets all go that hangs on a partition whose time is over.</summary>
    private void Forget(byte* partition)
    {
        while (OverRows.Cell(partition, _rows.Head) != 0)
        {
            _rows.DropFirst(partition);
        }

        foreach (OverDistinct? distinct in _distinct)
        {
            distinct?.Forget(partition);
        }
    }

    /// <summary>Sees to it that the watermark empties a partition whose frames reach back in time only.</summary>
    private void Remind(byte* partition, uint slot)
    {
        long tail = OverRows.Cell(partition, _rows.Tail);
        if (_emptiedBehind >= 0 && tail != 0)
        {
            _expiring.Add(_rows.TimeOf(_rows.Rows.Table.Rows.Row((uint)tail)), slot, slot);
        }
    }

    /// <summary>Empties partitions whose last row no frame can reach any more.</summary>
    private void Expire()
    {
        while (_expiring.Count > 0 && WindowMath.FloorDivide(_expiring.FirstTime, _units) <= Before(_watermark.Value))
        {
            _context.Trim();
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

            _rows.Empty(partition, slot, _calls);
            if (!_evaluation.Continues)
            {
                _rows.Partitions.Table.Delete(partition, slot, *(ulong*)(partition + _rows.Hash));
            }
        }
    }

    /// <summary>Returns the time whose rows no frame of a row behind a watermark reaches.</summary>
    private long Before(long watermarkMs)
    {
        long reach = (_emptiedBehind / _units) + 1;
        return watermarkMs < long.MinValue + reach ? long.MinValue : watermarkMs - reach;
    }
}
