using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Compute;
using ColumnStream.Engine.Elements;
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
    private const int RowsOfTrim = 64;
    private readonly IntervalSide[] _sides = new IntervalSide[2];
    private readonly List<int> _unmatchable = [];
    private readonly List<nint> _gone = [];
    private OperatorContext _context = null!;
    private KeyChains _chains = null!;
    private PairWriter _pairs = null!;
    private IntervalWalk _walk = null!;
    private ProgressState _watermark = null!;
    private NativeList<nint> _own = null!;
    private NativeList<byte> _hits = null!;
    private long _units = 1;
    private long _lower;
    private long _upper;

    // The batch at hand: its rows that can match, and the side they come from.
    private RecordBatch? _source;
    private int _side;
    private bool _isExpiring;
    private long _wakeAtMs = long.MaxValue;

    private bool ByArrival => node.LeftTime < 0;

    public override IReadOnlyList<OperatorState> States => [_watermark, _sides[0].Rows.State, _sides[1].Rows.State];

    public override bool HasMore => _source is not null || _isExpiring;

    public override bool HoldsRows => _source is not null || _gone.Count > 0;

    public override void Open(OperatorContext context)
    {
        _context = context;
        _units = ByArrival ? 1 : WindowMath.UnitsPerMs(context.Inputs[0].Fields[node.LeftTime].Type);
        _lower = node.LowerMs * _units;
        _upper = node.UpperMs * _units;
        _watermark = new ProgressState("watermark", Watermark.Min, context.Allocator);
        _sides[0] = new IntervalSide(
            "left", context.Inputs[0], node.LeftKeys, node.LeftTime, JoinKeys.IsOuter(node.Type, 0), context);
        _sides[1] = new IntervalSide(
            "right", context.Inputs[1], node.RightKeys, node.RightTime, JoinKeys.IsOuter(node.Type, 1), context);
        ChainedRows left = _sides[0].Rows;
        ChainedRows right = _sides[1].Rows;
        _chains = new KeyChains(JoinKeys.Fields(context.Inputs[0], node.LeftKeys), left, right, context);
        _pairs = new PairWriter(node.OutputSchema(), context.Inputs[0].Fields.Count, left, right, node.Residual, context);
        _walk = new IntervalWalk(_chains, _pairs);
        _own = new NativeList<nint>(context.Allocator);
        _hits = new NativeList<byte>(context.Allocator);
        if (ByArrival)
        {
            // The time of restored rows may have ended while nothing ran, and nothing may arrive any more.
            WakeAt(context.ClockMs() + 1);
        }
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            LinkRestored();
            _sides[0].Rows.BeginBatch();
            _sides[1].Rows.BeginBatch();
            _side = input;
            Take(batch.Rows, output);
            if (_source is not null)
            {
                Store();
            }
        }
        catch
        {
            ReleaseSource();
            throw;
        }
        finally
        {
            batch.Release();
        }

        if (_source is not null)
        {
            Walk(output);
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
        _wakeAtMs = long.MaxValue;
        LinkRestored();

        // Rows of this very millisecond may still come.
        SetExpired(Now() - 1);
        _isExpiring = true;
        Expire(output);
        WakeNext();
    }

    protected override void Dispose(bool disposing)
    {
        ReleaseSource();
        _chains?.Dispose();
        _pairs?.Dispose();
        _own?.Dispose();
        _hits?.Dispose();
        _sides[0]?.Dispose();
        _sides[1]?.Dispose();
    }

    private void ReleaseSource()
    {
        _source?.Release();
        _source = null;
    }

    private long Now() => _context.Evaluation.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Sets up to which time the rows of each side have no match to come: all later rows have a time above the watermark.</summary>
    private void SetExpired(long watermarkMs)
    {
        long passed = watermarkMs == Watermark.Max ? watermarkMs : ((watermarkMs + 1) * _units) - 1;
        _sides[0].Expired = watermarkMs == Watermark.Max ? passed : Math.Max(_sides[0].Expired, passed + _lower);
        _sides[1].Expired = watermarkMs == Watermark.Max ? passed : Math.Max(_sides[1].Expired, passed - _upper);
    }

    private void LinkRestored()
    {
        if (!_chains.LinkRestored())
        {
            return;
        }

        _sides[0].Relist();
        _sides[1].Relist();
        if (_watermark.Value != Watermark.Min && !ByArrival)
        {
            SetExpired(_watermark.Value);
        }

        WakeNext();
    }

    /// <summary>Takes the rows that can match; those with a NULL key come out alone where their side is outer.</summary>
    private void Take(RecordBatch rows, Collector output)
    {
        IntervalSide side = _sides[_side];
        List<int>? matchable = JoinKeys.Matchable(rows, side.Keys, node.NullSafe, _unmatchable);
        if (side.TimeColumn >= 0)
        {
            WindowTime.RefuseNull(rows, side.TimeColumn);
        }

        if (_unmatchable.Count > 0 && side.IsOuter)
        {
            EmitAlone(rows, output);
        }

        if (rows.Length > 0 && matchable is not { Count: 0 })
        {
            _source = matchable is null
                ? rows.Retain()
                : TakeKernel.Take(rows, CollectionsMarshal.AsSpan(matchable), _context.Allocator);
        }
    }

    private void EmitAlone(RecordBatch rows, Collector output) =>
        _pairs.EmitAlone(rows, _side, CollectionsMarshal.AsSpan(_unmatchable), null, null, output);

    /// <summary>Puts the rows of the batch that a row to come can match into their side.</summary>
    private void Store()
    {
        RecordBatch source = _source!;
        int count = source.Length;
        IntervalSide side = _sides[_side];
        ChainedRows rows = side.Rows;
        _chains.Find(source.Pick(side.Keys.Span), count);
        rows.Encode(source);
        nint* own = _own.Reserve(count);
        if (side.IsOuter)
        {
            new Span<byte>(_hits.Reserve(count), count).Clear();
        }

        long* times = side.Times(source);
        long now = times is null ? Now() : 0;
        if (times is null)
        {
            // What has passed by the clock is no match any more, whether or not the timer came.
            SetExpired(now - 1);
        }

        long expired = side.Expired;
        int index = _side;
        for (int i = 0; i < count; i++)
        {
            long time = times is null ? now : times[i];
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
            _chains.Insert(index, _chains.Slots[i], row);
            side.Expect(time, slot);
        }

        WakeNext();
        IntervalSide other = _sides[1 - index];
        (long below, long above) = index == 0 ? (-_upper, -_lower) : (_lower, _upper);
        _walk.Begin(1 - index, other.Rows, count, times, now, below, above, other.Expired);
        _pairs.Begin(source, index);
    }

    /// <summary>Walks the other side's chains for the batch's rows, until a chunk is out or the batch is done.</summary>
    private void Walk(Collector output)
    {
        while (true)
        {
            bool isDone = _walk.Collect();
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

    /// <summary>Emits the pairs that stand and notes whom they serve; returns whether there were any.</summary>
    private bool EmitPairs(Collector output)
    {
        RecordBatch pairs = _pairs.BuildTested(out Selection? survivors);
        int count = survivors?.Count ?? pairs.Length;
        if (_sides[_side].IsOuter)
        {
            for (int i = 0; i < count; i++)
            {
                _hits.Pointer[_pairs.Indices[survivors is null ? i : survivors.Pointer[i]]] = 1;
            }
        }

        IntervalSide other = _sides[1 - _side];
        if (other.IsOuter)
        {
            byte** rows = _pairs.Rows(1 - _side);
            for (int i = 0; i < count; i++)
            {
                other.SetMatched(rows[survivors is null ? i : survivors.Pointer[i]]);
            }
        }

        _pairs.Emit(pairs, null, survivors, output);
        return count > 0;
    }

    private void FinishBatch(Collector output)
    {
        int count = _source!.Length;
        IntervalSide side = _sides[_side];
        long late = 0;
        _unmatchable.Clear();
        for (int i = 0; i < count; i++)
        {
            var own = (byte*)_own.Pointer[i];
            if (own is null)
            {
                _chains.DropIfEmpty(_chains.Slots[i]);
            }

            if (!side.IsOuter)
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
                side.SetMatched(own);
            }
        }

        if (_unmatchable.Count > 0)
        {
            EmitAlone(_source, output);
        }

        if (late > 0 && !ByArrival)
        {
            CountLate(late);
        }

        ReleaseSource();
    }

    /// <summary>Counts rows behind the watermark that were not kept; a negative lower bound alone makes no row late.</summary>
    private void CountLate(long notKept)
    {
        long* times = _sides[_side].Times(_source!);
        long passed = _watermark.Value == Watermark.Max ? long.MaxValue
            : _watermark.Value == Watermark.Min ? long.MinValue : ((_watermark.Value + 1) * _units) - 1;
        long late = 0;
        for (int i = 0; i < _source!.Length; i++)
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
        int dropped = 0;
        for (int side = 0; side < 2; side++)
        {
            IntervalSide rows = _sides[side];
            _pairs.Begin(null, -1);
            while (rows.TryPop(out uint slot))
            {
                byte* row = rows.Rows.Row(slot);
                if (!rows.IsAlone(row))
                {
                    _chains.Delete(side, row);
                    if (++dropped % RowsOfTrim == 0 && _gone.Count == 0)
                    {
                        _context.Trim();
                    }

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

    /// <summary>Asks to be woken when the next row by the clock expires, unless something sooner is due: rows that come put nothing off.</summary>
    private void WakeNext()
    {
        if (!ByArrival)
        {
            return;
        }

        long now = Now();
        long wait = Math.Min(_sides[0].WaitMs(now, -_lower), _sides[1].WaitMs(now, _upper));
        if (wait != long.MaxValue)
        {
            WakeAt(_context.ClockMs() + wait);
        }
    }

    private void WakeAt(long clockMs)
    {
        if (clockMs < _wakeAtMs)
        {
            _wakeAtMs = clockMs;
            _context.WakeAtMs(clockMs);
        }
    }
}
