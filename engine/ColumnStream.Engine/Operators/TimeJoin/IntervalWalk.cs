using System;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.TimeJoin;

/// <summary>Pairs the rows of a batch with those of the other side's chains that are near in time, a chunk at a time.</summary>
internal sealed unsafe class IntervalWalk(KeyChains chains, PairWriter pairs)
{
    private const int PrefetchRows = 32;
    private ChainedRows _rows = null!;
    private int _other;
    private int _count;
    private long* _times;
    private long _now;
    private long _below;
    private long _above;
    private long _alive;

    // Where the walk stands: the batch's row and, inside its chain, the other side's row.
    private int _at;
    private uint _slot;
    private bool _isInside;
    private bool _isForward;

    /// <summary>Begins with the rows that were found last.</summary>
    /// <param name="other">The side of the chains.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="count">How many rows the batch has.</param>
    /// <param name="times">Their times, which have to stay until the walk is done, or null for <paramref name="now"/>.</param>
    /// <param name="now">The time of all of them.</param>
    /// <param name="below">The least time of the other side − time.</param>
    /// <param name="above">The greatest one.</param>
    /// <param name="expired">Up to which time rows of the other side are gone.</param>
    public void Begin(int other, ChainedRows rows, int count, long* times, long now, long below, long above, long expired)
    {
        _other = other;
        _rows = rows;
        _count = count;
        _times = times;
        _now = now;
        _below = below;
        _above = above;
        _alive = expired;
        _at = 0;
        _isInside = false;
    }

    /// <summary>Collects pairs until a chunk is full; returns whether the batch is done.</summary>
    public bool Collect()
    {
        ChainedRows rows = _rows;
        int order = rows.OrderOffset;
        for (; _at < _count; _at++)
        {
            if (_at % PrefetchRows == 0 && !_isInside)
            {
                chains.Prefetch(_other, _at, Math.Min(_count, _at + PrefetchRows));
            }

            long time = _times is null ? _now : _times[_at];
            long low = _alive == long.MaxValue ? _alive : Math.Max(time + _below, _alive + 1);
            long high = time + _above;
            if (!_isInside)
            {
                Enter(chains.Chain(chains.Rows[_at], _other), low, high);
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

                if (pairs.IsFull)
                {
                    _slot = slot;
                    _isInside = true;
                    return false;
                }

                pairs.Add(_at, row);
                slot = _isForward ? rows.Link(row)->Next : rows.Link(row)->Previous;
            }

            _isInside = false;
        }

        return true;
    }

    /// <summary>Finds the first row of a chain inside [low, high], from the end that is nearer to it.</summary>
    private void Enter(ChainEnds* ends, long low, long high)
    {
        _slot = 0;
        if (ends->Head == 0 || low > high)
        {
            return;
        }

        ChainedRows rows = _rows;
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
}
