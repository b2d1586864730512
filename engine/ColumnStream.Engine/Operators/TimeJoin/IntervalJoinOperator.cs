using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators.WindowAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.TimeJoin;

/// <summary>Keeps each side's rows by key in time order until no row of the other side can match them any more.</summary>
/// <remarks>
/// A batch is put into its own side, then walks the chains of the other side; a full chunk of pairs is emitted and the walk goes
/// on in <see cref="Continue"/>. A row that is behind the watermark still meets what is kept, and is kept itself only while
/// rows to come can match it. Rows without a match come out when they are dropped. Times are in the unit of their columns.
/// </remarks>
internal sealed unsafe class IntervalJoinOperator(IntervalJoinNode node) : Operator
{
    private const int PrefetchRows = 32;
    private const long NoTime = long.MinValue;
    private readonly bool[] _isOuter = [JoinRows.IsOuter(node.Type, 0), JoinRows.IsOuter(node.Type, 1)];
    private readonly int[] _timeColumns = [node.LeftTime, node.RightTime];
    private readonly ChainedRows[] _sides = new ChainedRows[2];
    private readonly TimeHeap?[] _exact = new TimeHeap?[2];
    private readonly TimeBlocks?[] _blocks = new TimeBlocks?[2];
    private readonly long[] _expired = [NoTime, NoTime];
    private readonly int[] _matchedOffset = [-1, -1];
    private readonly List<int> _unmatchable = [];
    private readonly List<nint> _gone = [];
    private OperatorContext _context = null!;
    private KeyChains _chains = null!;
    private PairWriter _pairs = null!;
    private ProgressState _watermark = null!;
    private NativeList<nint> _own = null!;
    private NativeList<byte> _hits = null!;
    private long _units = 1;
    private long _lower;
    private long _upper;

    // The walk: the batch at hand, its row, and where in the other side's chain it stands.
    private StreamBatch? _batch;
    private RecordBatch? _source;
    private int _side;
    private int _at;
    private uint _slot;
    private bool _isWalking;
    private bool _isForward;
    private long _now;
    private bool _isExpiring;

    private bool ByArrival => node.LeftTime < 0;

    public override IReadOnlyList<OperatorState> States => [_watermark, _sides[0].State, _sides[1].State];

    public override bool HasMore => _source is not null || _isExpiring;

    public override void Open(OperatorContext context)
    {
        _context = context;
        _units = ByArrival ? 1 : WindowMath.UnitsPerMs(context.Inputs[0].Fields[node.LeftTime].Type);
        _lower = node.LowerMs * _units;
        _upper = node.UpperMs * _units;
        _watermark = new ProgressState("watermark", Watermark.Min, context.Allocator);
        for (int side = 0; side < 2; side++)
        {
            var cells = new List<StateCell>();
            if (ByArrival)
            {
                cells.Add(new StateCell("time", CellType.Int64));
            }

            if (_isOuter[side])
            {
                cells.Add(new StateCell("matched", CellType.Int64));
                _exact[side] = new TimeHeap(context.Allocator);
            }
            else
            {
                _blocks[side] = new TimeBlocks();
            }

            ValueList<int> keys = side == 0 ? node.LeftKeys : node.RightKeys;
            var rows = new ChainedRows(
                side == 0 ? "left" : "right", context.Inputs[side], keys, ValueList.From(cells), context);
            rows.OrderOffset = ByArrival ? rows.CellOffset(0) : rows.OffsetOf(_timeColumns[side]);
            _matchedOffset[side] = _isOuter[side] ? rows.CellOffset(cells.Count - 1) : -1;
            _sides[side] = rows;
        }

        _chains = new KeyChains(JoinRows.Fields(context.Inputs[0], node.LeftKeys), _sides[0], _sides[1], context);
        _pairs = new PairWriter(
            node.OutputSchema(), context.Inputs[0].Fields.Count, _sides[0], _sides[1], node.Residual, context);
        _own = new NativeList<nint>(context.Allocator);
        _hits = new NativeList<byte>(context.Allocator);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        _batch = batch = batch.Compact(_context.Allocator);
        try
        {
            LinkRestored();
            _sides[0].BeginBatch();
            _sides[1].BeginBatch();
            _side = input;
            Take(batch.Rows, output);
            if (_source is not null)
            {
                Store();
                Walk(output);
            }
        }
        finally
        {
            if (_source is null)
            {
                ReleaseBatch();
            }
        }
    }

    public override void Continue(Collector output)
    {
        if (_source is not null)
        {
            Walk(output);
        }
        else
        {
            Expire(output);
        }
    }

    public override long Advance(long watermarkMs, Collector output)
    {
        LinkRestored();
        _watermark.Value = watermarkMs;
        if (!ByArrival || watermarkMs == Watermark.Max)
        {
            SetExpired(watermarkMs);
            _isExpiring = true;
            Expire(output);
        }

        // Nothing above the watermark can be late by more than this, so that the sum cannot pass the least number.
        long delay = node.WatermarkDelayMs;
        return watermarkMs == Watermark.Max ? watermarkMs : Math.Max(watermarkMs, Watermark.Min + delay) - delay;
    }

    public override void OnTimer(long clockMs, Collector output)
    {
        LinkRestored();
        SetExpired(Now());
        _isExpiring = true;
        Expire(output);
        WakeNext();
    }

    protected override void Dispose(bool disposing)
    {
        ReleaseBatch();
        _chains?.Dispose();
        _pairs?.Dispose();
        _own?.Dispose();
        _hits?.Dispose();
        for (int side = 0; side < 2; side++)
        {
            _sides[side]?.Dispose();
            _exact[side]?.Dispose();
        }
    }

    private void ReleaseBatch()
    {
        _source?.Release();
        _source = null;
        _batch?.Release();
        _batch = null;
    }

    private long Now() => _context.Evaluation.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Sets up to which time the rows of each side have no match to come: all later rows have a time above the watermark.</summary>
    private void SetExpired(long watermarkMs)
    {
        if (watermarkMs == Watermark.Max)
        {
            _expired[0] = _expired[1] = long.MaxValue;
            return;
        }

        long passed = ((watermarkMs + 1) * _units) - 1;
        _expired[0] = Math.Max(_expired[0], passed + _lower);
        _expired[1] = Math.Max(_expired[1], passed - _upper);
    }

    private void LinkRestored()
    {
        if (!_chains.LinkRestored())
        {
            return;
        }

        for (int side = 0; side < 2; side++)
        {
            _exact[side]?.Clear();
            _blocks[side]?.Clear();
            uint next = 1;
            ChainedRows rows = _sides[side];
            for (byte* row = rows.Table.NextLive(ref next); row is not null; row = rows.Table.NextLive(ref next))
            {
                Expect(side, *(long*)(row + rows.OrderOffset), next - 1);
            }
        }

        if (_watermark.Value != Watermark.Min && !ByArrival)
        {
            SetExpired(_watermark.Value);
        }

        WakeNext();
    }

    private void Expect(int side, long time, uint slot)
    {
        if (_exact[side] is TimeHeap heap)
        {
            heap.Add(time, slot);
        }
        else
        {
            _blocks[side]!.Add(time, slot);
        }
    }

    /// <summary>Takes the rows that can match; those with a NULL key come out alone where their side is outer.</summary>
    private void Take(RecordBatch rows, Collector output)
    {
        List<int>? matchable = JoinRows.Matchable(
            rows, _side == 0 ? node.LeftKeys : node.RightKeys, node.NullSafe, _unmatchable);
        int time = _timeColumns[_side];
        if (time >= 0 && rows.Columns[time].NullCount > 0)
        {
            throw new UserException(4002, $"Rowtime must not be NULL: column {rows.Schema.Fields[time].Name}.");
        }

        if (_unmatchable.Count > 0 && _isOuter[_side])
        {
            EmitAlone(rows, _unmatchable, output);
        }

        if (rows.Length > 0 && matchable is not { Count: 0 })
        {
            _source = matchable is null
                ? rows.Retain()
                : TakeKernel.Take(rows, CollectionsMarshal.AsSpan(matchable), _context.Allocator);
        }
    }

    private void EmitAlone(RecordBatch rows, List<int> indices, Collector output)
    {
        _pairs.Begin(rows, _side);
        foreach (int index in indices)
        {
            _pairs.Add(index, _pairs.NullRow(1 - _side));
            if (_pairs.IsFull)
            {
                output.Emit(new StreamBatch(_pairs.Build()));
                _pairs.Clear();
            }
        }

        if (_pairs.Count > 0)
        {
            output.Emit(new StreamBatch(_pairs.Build()));
            _pairs.Clear();
        }
    }

    /// <summary>Puts the rows of the batch that a row to come can match into their side.</summary>
    private void Store()
    {
        RecordBatch source = _source!;
        int count = source.Length;
        ChainedRows rows = _sides[_side];
        _chains.Find(JoinRows.Keys(source, _side == 0 ? node.LeftKeys : node.RightKeys), count);
        rows.Encode(source);
        nint* own = _own.Reserve(count);
        if (_isOuter[_side])
        {
            new Span<byte>(_hits.Reserve(count), count).Clear();
        }

        int timeColumn = _timeColumns[_side];
        long* times = timeColumn < 0 ? null : (long*)((FixedWidthArray)source.Columns[timeColumn]).Pointer;
        _now = times is null ? Now() : 0;
        if (times is null)
        {
            // What has passed by the clock is no match any more, whether or not the timer came.
            SetExpired(_now - 1);
        }

        long expired = _expired[_side];
        int side = _side;
        for (int i = 0; i < count; i++)
        {
            long time = times is null ? _now : times[i];
            if (time <= expired)
            {
                own[i] = 0;
                continue;
            }

            byte* row = rows.Append(i, out uint slot);
            if (times is null)
            {
                *(long*)(row + rows.OrderOffset) = time;
            }

            own[i] = (nint)row;
            _chains.Insert(side, _chains.Slots[i], row);
            Expect(side, time, slot);
        }

        WakeNext();
        _at = 0;
        _isWalking = false;
        _pairs.Begin(source, side);
    }

    /// <summary>Walks the other side's chains for the batch's rows, until a chunk is out or the batch is done.</summary>
    private void Walk(Collector output)
    {
        while (true)
        {
            bool isDone = Collect();
            bool any = _pairs.Count > 0 && EmitPairs(output);
            _pairs.Clear();
            if (isDone)
            {
                FinishBatch(output);
                return;
            }

            if (any)
            {
                return;
            }
        }
    }

    /// <summary>Collects pairs until a chunk is full; returns whether the batch is done.</summary>
    private bool Collect()
    {
        int count = _source!.Length;
        int other = 1 - _side;
        ChainedRows rows = _sides[other];
        int timeColumn = _timeColumns[_side];
        long* times = timeColumn < 0 ? null : (long*)((FixedWidthArray)_source.Columns[timeColumn]).Pointer;
        long below = _side == 0 ? -_upper : _lower;
        long above = _side == 0 ? -_lower : _upper;
        long alive = _expired[other];
        int order = rows.OrderOffset;
        for (; _at < count; _at++)
        {
            if (_at % PrefetchRows == 0 && !_isWalking)
            {
                _chains.Prefetch(other, _at, Math.Min(count, _at + PrefetchRows));
            }

            long time = times is null ? _now : times[_at];
            long low = alive == long.MaxValue ? alive : Math.Max(time + below, alive + 1);
            long high = time + above;
            if (!_isWalking)
            {
                BeginWalk(_chains.Chain(_chains.Rows[_at], other), rows, low, high);
            }

            uint slot = _slot;
            while (slot != 0)
            {
                byte* row = rows.Row(slot);
                long at = *(long*)(row + order);
                if (at < low || at > high)
                {
                    break;
                }

                if (_pairs.IsFull)
                {
                    _slot = slot;
                    _isWalking = true;
                    return false;
                }

                _pairs.Add(_at, row);
                slot = _isForward ? rows.Link(row)->Next : rows.Link(row)->Previous;
            }

            _isWalking = false;
        }

        return true;
    }

    /// <summary>Finds the first row of a chain inside [low, high], from the end that is nearer to it.</summary>
    private void BeginWalk(ChainEnds* ends, ChainedRows rows, long low, long high)
    {
        _slot = 0;
        if (ends->Head == 0 || low > high)
        {
            return;
        }

        int order = rows.OrderOffset;
        long first = *(long*)(rows.Row(ends->Head) + order);
        long last = *(long*)(rows.Row(ends->Tail) + order);
        if (first > high || last < low)
        {
            return;
        }

        _isForward = low - first < last - high;
        uint slot = _isForward ? ends->Head : ends->Tail;
        while (slot != 0)
        {
            byte* row = rows.Row(slot);
            long at = *(long*)(row + order);
            if (_isForward ? at >= low : at <= high)
            {
                break;
            }

            slot = _isForward ? rows.Link(row)->Next : rows.Link(row)->Previous;
        }

        _slot = slot;
    }

    /// <summary>Emits the pairs that stand and notes whom they serve; returns whether there were any.</summary>
    private bool EmitPairs(Collector output)
    {
        RecordBatch pairs = _pairs.Build();
        Selection? survivors;
        try
        {
            survivors = _pairs.Test(pairs);
        }
        catch
        {
            pairs.Release();
            throw;
        }

        int count = survivors?.Count ?? pairs.Length;
        if (_isOuter[_side])
        {
            for (int i = 0; i < count; i++)
            {
                _hits.Pointer[_pairs.Indices[survivors is null ? i : survivors.Pointer[i]]] = 1;
            }
        }

        int other = 1 - _side;
        if (_isOuter[other])
        {
            byte** rows = _pairs.Rows(other);
            for (int i = 0; i < count; i++)
            {
                SetMatched(other, rows[survivors is null ? i : survivors.Pointer[i]]);
            }
        }

        _pairs.Emit(pairs, null, survivors, output);
        return count > 0;
    }

    private void SetMatched(int side, byte* row)
    {
        long* matched = (long*)(row + _matchedOffset[side]);
        if (*matched == 0)
        {
            _sides[side].Touch(row);
            *matched = 1;
        }
    }

    private void FinishBatch(Collector output)
    {
        int count = _source!.Length;
        long late = 0;
        _unmatchable.Clear();
        for (int i = 0; i < count; i++)
        {
            var own = (byte*)_own.Pointer[i];
            if (own is null)
            {
                _chains.DropIfEmpty(_chains.Slots[i]);
            }

            if (!_isOuter[_side])
            {
                late += own is null ? 1 : 0;
            }
            else if (own is null)
            {
                if (_hits.Pointer[i] == 0)
                {
                    _unmatchable.Add(i);
                }
            }
            else if (_hits.Pointer[i] != 0)
            {
                SetMatched(_side, own);
            }
        }

        if (_unmatchable.Count > 0)
        {
            EmitAlone(_source, _unmatchable, output);
        }

        if (late > 0 && !ByArrival)
        {
            CountLate(late);
        }

        ReleaseBatch();
    }

    /// <summary>Counts rows behind the watermark that were not kept; a negative lower bound alone makes no row late.</summary>
    private void CountLate(long notKept)
    {
        long* times = (long*)((FixedWidthArray)_source!.Columns[_timeColumns[_side]]).Pointer;
        long passed = _watermark.Value == Watermark.Max ? long.MaxValue
            : _watermark.Value == Watermark.Min ? long.MinValue : ((_watermark.Value + 1) * _units) - 1;
        long late = 0;
        for (int i = 0; i < _source.Length; i++)
        {
            late += _own.Pointer[i] == 0 && times[i] <= passed ? 1 : 0;
        }

        if (late > 0)
        {
            _context.Count("lateRows", Math.Min(late, notKept));
        }
    }

    /// <summary>Drops rows that nothing can match any more, until a chunk of those without a match is out.</summary>
    private void Expire(Collector output)
    {
        for (int side = 0; side < 2; side++)
        {
            ChainedRows rows = _sides[side];
            _pairs.Begin(null, -1);
            while (TryPop(side, out uint slot))
            {
                byte* row = rows.Row(slot);
                if (!_isOuter[side] || *(long*)(row + _matchedOffset[side]) != 0)
                {
                    _chains.Delete(side, row);
                    continue;
                }

                // The row is copied into the output before it goes.
                _gone.Add((nint)row);
                _pairs.Add(side == 0 ? row : _pairs.NullRow(0), side == 1 ? row : _pairs.NullRow(1));
                if (_pairs.IsFull)
                {
                    EmitGone(side, output);
                    return;
                }
            }

            if (_pairs.Count > 0)
            {
                EmitGone(side, output);
                return;
            }
        }

        _isExpiring = false;
    }

    private void EmitGone(int side, Collector output)
    {
        RecordBatch batch = _pairs.Build();
        _pairs.Clear();
        foreach (nint row in _gone)
        {
            _chains.Delete(side, (byte*)row);
        }

        _gone.Clear();
        output.Emit(new StreamBatch(batch));
    }

    private bool TryPop(int side, out uint slot) => _exact[side] is TimeHeap heap
        ? heap.TryPop(_expired[side], out slot)
        : _blocks[side]!.TryPop(_expired[side], out slot);

    /// <summary>Asks to be woken when the next row by the clock expires; blocks are looked at once in the length of the interval.</summary>
    private void WakeNext()
    {
        if (!ByArrival)
        {
            return;
        }

        long wait = long.MaxValue;
        long now = Now();
        for (int side = 0; side < 2; side++)
        {
            long keptMs = side == 0 ? -_lower : _upper;
            if (_exact[side] is { Count: > 0 } heap)
            {
                wait = Math.Min(wait, Math.Max(1, heap.Earliest + keptMs - now + 1));
            }
            else if (_blocks[side] is { Count: > 0 })
            {
                wait = Math.Min(wait, Math.Max(1, keptMs + 1));
            }
        }

        if (wait != long.MaxValue)
        {
            _context.WakeAtMs(_context.ClockMs() + wait);
        }
    }
}
