using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Join;

/// <summary>Turns the net change of one side into rows of output, a chunk at a time.</summary>
/// <remarks>
/// <code>
/// 1  lone or met rows of this side that go
/// 2  rows of the other side that lose or find their first match, where keys alone decide: what goes of them
/// 3  pairs that go
/// 4  pairs that come; a row of the other side that finds its first match goes, or comes, just before
/// 5  as 2: what comes of them
/// 6  rows of the other side that lost their last match
/// 7  new rows of this side, lone or met, whose matches are known now; changed ones
/// </code>
/// </remarks>
internal sealed unsafe class JoinMatcher : IDisposable
{
    private const int CandidatesOfTurn = 16 * JoinOutput.ChunkRows;
    private const byte Marked = 1;
    private readonly JoinRows _left;
    private readonly JoinRows _right;
    private readonly JoinCondition? _condition;
    private readonly JoinOutput _output;
    private readonly BufferAllocator _allocator;
    private readonly Selection _survivors;
    private readonly NativeBuffer _scratch;
    private readonly JoinWalk _turnedAway;
    private readonly JoinWalk _going;
    private readonly JoinWalk _coming;
    private readonly JoinWalk _turnedBack;
    private readonly NativeList<Alone> _alone;
    private readonly NativeList<Alone> _fresh;
    private readonly NativeList<nint> _emptied;
    private JoinRows _own;
    private JoinRows _other;
    private int _side;
    private int _nextEmptied;
    private int _nextFresh;
    private int _nextAlone;
    private bool _isFinal;
    private StateTable? _finalKeys;
    private uint _finalSlot;
    private int _finalSide;

    public JoinMatcher(
        JoinRules rules, JoinRows left, JoinRows right, JoinCondition? condition, JoinOutput output, BufferAllocator allocator)
    {
        Rules = rules;
        _left = left;
        _right = right;
        _own = left;
        _other = right;
        _condition = condition;
        _output = output;
        _allocator = allocator;
        try
        {
            _survivors = new Selection(JoinOutput.ChunkRows, allocator);
            _scratch = allocator.Allocate(JoinOutput.ChunkRows * 32L);
        }
        catch
        {
            _survivors?.Dispose();
            condition?.Dispose();
            throw;
        }

        _turnedAway = new JoinWalk(allocator);
        _going = new JoinWalk(allocator);
        _coming = new JoinWalk(allocator);
        _turnedBack = new JoinWalk(allocator);
        _alone = new NativeList<Alone>(allocator);
        _fresh = new NativeList<Alone>(allocator);
        _emptied = new NativeList<nint>(allocator);
    }

    /// <summary>Gets what the join makes of its rows.</summary>
    public JoinRules Rules { get; }

    /// <summary>Gets whether there is more to do for the batch.</summary>
    public bool HasMore => _turnedAway.HasMore || _going.HasMore || _coming.HasMore || _turnedBack.HasMore
        || _nextEmptied < _emptied.Count || _nextFresh < _fresh.Count || _nextAlone < _alone.Count || _isFinal;

    /// <summary>Begins the change of a side.</summary>
    public void Begin(int side)
    {
        _side = side;
        _own = side == 0 ? _left : _right;
        _other = side == 0 ? _right : _left;
        _alone.Count = 0;
        _fresh.Count = 0;
        _emptied.Count = 0;
        _nextEmptied = 0;
        _nextFresh = 0;
        _nextAlone = 0;
    }

    /// <summary>Takes a row that comes, or comes more often.</summary>
    /// <param name="row">The row.</param>
    /// <param name="first">The first row of the other side with its key, or 0.</param>
    /// <param name="times">How much more often.</param>
    /// <param name="isNew">Whether it was not there before.</param>
    public void Come(byte* row, long first, long times, bool isNew)
    {
        bool tracks = Rules.Tracks(_side);
        if (!Rules.CountsByRow)
        {
            if (first != 0 && Rules.GivesPairs)
            {
                _coming.Add(row, first, times);
            }

            if (tracks && first != 0 ? Rules.GivesMet(_side) : tracks && EmitsLone(_side))
            {
                _alone.Add(new Alone((nint)row, times));
            }

            return;
        }

        if (first != 0 && (Rules.GivesPairs || (isNew && (_own.CountsMatches || _other.CountsMatches))))
        {
            _coming.Add(row, first, isNew ? times : -times);
        }

        if (tracks && isNew)
        {
            _fresh.Add(new Alone((nint)row, times));
        }
        else if (tracks && IsShown(_own, _side, row))
        {
            _alone.Add(new Alone((nint)row, times));
        }
    }

    /// <summary>Takes a row that goes, or comes less often.</summary>
    /// <param name="row">The row.</param>
    /// <param name="first">The first row of the other side with its key, or 0.</param>
    /// <param name="times">How much less often.</param>
    /// <param name="isGone">Whether it is there no longer.</param>
    public void Go(byte* row, long first, long times, bool isGone)
    {
        bool tracks = Rules.Tracks(_side);
        bool mayMatch = first != 0;
        if (!Rules.CountsByRow)
        {
            if (tracks && (mayMatch ? Rules.GivesMet(_side) : EmitsLone(_side)))
            {
                Emit(_own, row, RowKind.Delete, times);
            }
        }
        else if (tracks)
        {
            mayMatch &= *_own.Matches(row) != 0;
            if (IsShown(_own, _side, row))
            {
                Emit(_own, row, RowKind.Delete, times);
            }
        }

        if (mayMatch && (Rules.GivesPairs || (_other.CountsMatches && isGone)))
        {
            _going.Add(row, first, isGone ? times : -times);
        }
    }

    /// <summary>Takes a key whose first row of this side came, or whose last one went, where keys alone decide about matches.</summary>
    public void Turn(long first, bool hasMatch)
    {
        int other = 1 - _side;
        if (first == 0 || (Rules.KeepsLone(other) && Rules.IsBatch))
        {
            return;
        }

        // A lone row goes with its first match; a met one comes.
        bool goes = hasMatch == Rules.KeepsLone(other);
        (goes ? _turnedAway : _turnedBack).Add(null, first, 1);
    }

    /// <summary>Begins the rows without a match at the end of a bounded input.</summary>
    public void BeginFinal(StateTable keys)
    {
        _finalKeys = keys;
        _finalSide = Rules.KeepsLone(0) ? 0 : 1;
        _finalSlot = 1;
        _isFinal = Rules.KeepsLone(_finalSide);
        Begin(1 - _finalSide);
    }

    /// <summary>Makes rows until a chunk is full, all are made, or enough was tried for one turn.</summary>
    public void Fill()
    {
        int tries = 0;
        while (_output.Count < _output.MostRows && tries < CandidatesOfTurn && HasMore)
        {
            int most = _output.MostRows - _output.Count;
            tries += _turnedAway.HasMore ? Chains(_turnedAway, RowKind.Delete, most)
                : _going.HasMore ? Pairs(_going, RowKind.Delete, most)
                : _coming.HasMore ? Pairs(_coming, RowKind.Insert, most)
                : _turnedBack.HasMore ? Chains(_turnedBack, RowKind.Insert, most)
                : _isFinal ? NextFinal(most)
                : Rest(most);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _survivors.Dispose();
        _scratch.Release();
        _turnedAway.Dispose();
        _going.Dispose();
        _coming.Dispose();
        _turnedBack.Dispose();
        _alone.Dispose();
        _fresh.Dispose();
        _emptied.Dispose();
        _condition?.Dispose();
    }

    private bool EmitsLone(int side) => Rules.KeepsLone(side) && !Rules.IsBatch;

    /// <summary>Tells whether a row that counts its matches stands alone in the output now.</summary>
    private bool IsShown(JoinRows side, int number, byte* row) =>
        *side.Matches(row) == 0 ? EmitsLone(number) : Rules.GivesMet(number);

    private void Emit(JoinRows side, byte* row, RowKind kind, long times)
    {
        bool isLeft = ReferenceEquals(side, _left);
        _output.Add(isLeft ? row : _left.NullRow, isLeft ? _right.NullRow : row, kind, times);
    }

    /// <summary>Makes rows of the other side alone, whole chains of them.</summary>
    private int Chains(JoinWalk walk, RowKind kind, int most)
    {
        Scratch pairs = Take(walk, most);
        for (int i = 0; i < pairs.Count; i++)
        {
            Emit(_other, (byte*)pairs.Others[i], kind, _other.Times((byte*)pairs.Others[i]));
        }

        return pairs.Count + 1;
    }

    private Scratch Take(JoinWalk walk, int most)
    {
        var own = (nint*)_scratch.Pointer;
        nint* others = own + JoinOutput.ChunkRows;
        var times = (long*)(others + JoinOutput.ChunkRows);
        var slots = (uint*)(times + JoinOutput.ChunkRows);
        int count = walk.Next(_other, own, others, slots, times, Math.Min(most, JoinOutput.ChunkRows));
        return new Scratch(own, others, times, slots, count);
    }

    /// <summary>Makes pairs that come or go; those that hold by the condition.</summary>
    private int Pairs(JoinWalk walk, RowKind kind, int most)
    {
        Scratch pairs = Take(walk, most);
        bool isLeft = ReferenceEquals(_own, _left);
        nint* lefts = isLeft ? pairs.Owns : pairs.Others;
        nint* rights = isLeft ? pairs.Others : pairs.Owns;
        int count = pairs.Count;
        if (_condition is not null && count > 0)
        {
            // Those that hold close up at the front.
            _condition.Filter(ConditionColumns(lefts, rights, count), count, _survivors);
            count = _survivors.Count;
            for (int k = 0; k < count; k++)
            {
                int i = _survivors.Pointer[k];
                pairs.Owns[k] = pairs.Owns[i];
                pairs.Others[k] = pairs.Others[i];
                pairs.Times[k] = pairs.Times[i];
                pairs.Slots[k] = pairs.Slots[i];
            }
        }

        if (!Rules.CountsByRow && !_own.IsIndexed && !_other.IsIndexed)
        {
            _output.Add(lefts, rights, kind, count);
            return pairs.Count + 1;
        }

        for (int i = 0; i < count; i++)
        {
            Pair(pairs, i, kind, isLeft);
        }

        return pairs.Count + 1;
    }

    private ArrayData[] ConditionColumns(nint* leftRows, nint* rightRows, int count)
    {
        int width = _left.Place.Length;
        var columns = new ArrayData[width + _right.Place.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            JoinRows side = i < width ? _left : _right;
            int column = i < width ? _left.Place[i] : _right.Place[i - width];
            StateLayout layout = side.Table.Layout;
            columns[i] = !_condition!.Reads(i) ? new NullArray(count) : RowColumns.Key(
                layout, column, layout.Keys[column].Type, (byte**)(i < width ? leftRows : rightRows), count, _allocator);
        }

        return columns;
    }

    private void Pair(Scratch pairs, int i, RowKind kind, bool isLeft)
    {
        var own = (byte*)pairs.Owns[i];
        var other = (byte*)pairs.Others[i];
        long times = pairs.Times[i];
        if (Rules.CountsByRow && times > 0)
        {
            Count(own, other, pairs.Slots[i], kind == RowKind.Insert ? 1 : -1);
        }

        if (Rules.GivesPairs)
        {
            _output.Add(isLeft ? own : other, isLeft ? other : own, kind, Math.Abs(times) * _other.Times(other));
        }
    }

    /// <summary>Counts a match that comes or goes on both sides.</summary>
    private void Count(byte* own, byte* other, uint slot, int change)
    {
        if (_own.CountsMatches && change > 0)
        {
            *_own.Matches(own) += 1;
        }

        if (!_other.CountsMatches)
        {
            return;
        }

        RowStore store = _other.Table.Rows;
        if (*(uint*)other != store.Sequence)
        {
            store.Touch(other, slot);
        }

        long* matches = _other.Matches(other);
        if (change > 0 && *matches == 0 && other[5] != Marked)
        {
            int side = 1 - _side;
            if (EmitsLone(side))
            {
                Emit(_other, other, RowKind.Delete, _other.Times(other));
            }
            else if (Rules.GivesMet(side))
            {
                Emit(_other, other, RowKind.Insert, _other.Times(other));
            }
        }

        *matches = Math.Max(0, *matches + change);
        if (*matches == 0 && other[5] != Marked)
        {
            other[5] = Marked;
            _emptied.Add((nint)other);
        }
    }

    /// <summary>Makes what can be told only now that all matches are counted.</summary>
    private int Rest(int most)
    {
        int tries = 0;
        int side = 1 - _side;
        for (; _nextEmptied < _emptied.Count && tries < most; _nextEmptied++, tries++)
        {
            var row = (byte*)_emptied.Pointer[_nextEmptied];
            row[5] = 0;
            if (*_other.Matches(row) == 0 && (EmitsLone(side) || Rules.GivesMet(side)))
            {
                Emit(_other, row, EmitsLone(side) ? RowKind.Insert : RowKind.Delete, _other.Times(row));
            }
        }

        for (; _nextFresh < _fresh.Count && tries < most; _nextFresh++, tries++)
        {
            Alone fresh = _fresh.Pointer[_nextFresh];
            if (IsShown(_own, _side, (byte*)fresh.Row))
            {
                Emit(_own, (byte*)fresh.Row, RowKind.Insert, fresh.Times);
            }
        }

        for (; _nextAlone < _alone.Count && tries < most; _nextAlone++, tries++)
        {
            Alone alone = _alone.Pointer[_nextAlone];
            Emit(_own, (byte*)alone.Row, RowKind.Insert, alone.Times);
        }

        return tries + 1;
    }

    /// <summary>Finds the next rows without a match at the end: of keys that only one side has, or by their counts.</summary>
    private int NextFinal(int most)
    {
        JoinRows side = _other;
        JoinRows missing = _own;
        StateTable table = Rules.CountsByRow ? side.Table : _finalKeys!;
        for (int tries = 0; tries < most; tries++)
        {
            byte* row = table.NextLive(ref _finalSlot);
            if (row is null)
            {
                if (_turnedBack.HasMore)
                {
                    return tries + 1;
                }

                _isFinal = _finalSide == 0 && Rules.KeepsLone(1);
                _finalSide = 1;
                _finalSlot = 1;
                if (_isFinal)
                {
                    Begin(0);
                }

                return tries + 1;
            }

            if (Rules.CountsByRow)
            {
                if (*side.Matches(row) == 0)
                {
                    Emit(side, row, RowKind.Insert, side.Times(row));
                }
            }
            else if (*missing.Head(row) == 0 && *side.Head(row) != 0)
            {
                _turnedBack.Add(null, *side.Head(row), 1);
            }
        }

        return most;
    }

    /// <summary>Is a row that comes out alone, and how often.</summary>
    private readonly record struct Alone(nint Row, long Times);

    /// <summary>Is a chunk of pairs that may match.</summary>
    private readonly struct Scratch(nint* owns, nint* others, long* times, uint* slots, int count)
    {
        public readonly nint* Owns = owns;
        public readonly nint* Others = others;
        public readonly long* Times = times;
        public readonly uint* Slots = slots;
        public readonly int Count = count;
    }
}
