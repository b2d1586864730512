using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.State;
using ColumnStream.Engine.Operators.WindowAggregate;

namespace ColumnStream.Engine.Operators.TimeJoin;

/// <summary>Keeps the rows of both sides by key and window until the watermark closes the window, joins them, and drops them.</summary>
/// <remarks>
/// A window goes through three passes over its keys: pairs, rows that are alone (or for semi joins are not), and dropping. Rows of
/// a window that has closed are late: counted and dropped. Which row found a match is marked in the row's header, which is
/// enough, since a window is never half closed at a barrier.
/// </remarks>
internal sealed unsafe class WindowJoinOperator(WindowJoinNode node) : Operator
{
    private const int MarkByte = 5;
    private readonly bool[] _isOuter = [JoinKeys.IsOuter(node.Type, 0), JoinKeys.IsOuter(node.Type, 1)];
    private readonly ChainedRows[] _sides = new ChainedRows[2];
    private readonly SortedDictionary<long, NativeList<uint>> _windows = [];
    private readonly Stack<NativeList<uint>> _free = new();
    private readonly List<int> _unmatchable = [];
    private readonly List<int> _kept = [];
    private OperatorContext _context = null!;
    private KeyChains _chains = null!;
    private PairWriter _pairs = null!;
    private ProgressState _watermark = null!;
    private Schema _schema = null!;
    private WindowTime _time = null!;
    private long _passed = Watermark.Min;
    private long _units = 1;

    // The window at hand: its keys, the pass, the key, and where in its chains the pass stands.
    private NativeList<uint>? _firing;
    private long _firingEnd;
    private bool _isFiring;
    private int _pass;
    private int _key;
    private uint _left;
    private uint _right;
    private bool _isInside;

    private bool IsLeftOnly => node.Type is JoinType.Semi or JoinType.Anti;

    public override IReadOnlyList<OperatorState> States => [_watermark, _sides[0].State, _sides[1].State];

    public override bool HasMore => _isFiring;

    public override void Open(OperatorContext context)
    {
        _context = context;
        _schema = node.OutputSchema();
        _units = WindowMath.UnitsPerMs(context.Inputs[0].Fields[node.LeftEnd].Type);
        _time = new WindowTime(new WindowSpec(WindowKind.Tumble, node.LeftEnd, 1, 1, 0) { IsLocal = node.IsLocal }, context);
        _watermark = new ProgressState("watermark", Watermark.Min, context.Allocator);
        _sides[0] = new ChainedRows("left", context.Inputs[0], node.LeftKeys, default, context);
        _sides[1] = new ChainedRows("right", context.Inputs[1], node.RightKeys, default, context);
        _chains = new KeyChains(JoinKeys.Fields(context.Inputs[0], node.LeftKeys), _sides[0], _sides[1], context);
        Schema pair = IsLeftOnly ? JoinKeys.Pair(context.Inputs[0], context.Inputs[1]) : _schema;
        _pairs = new PairWriter(pair, context.Inputs[0].Fields.Count, _sides[0], _sides[1], node.Residual, context);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            LinkRestored();
            _sides[0].BeginBatch();
            _sides[1].BeginBatch();
            Store(input, batch.Rows, output);
        }
        finally
        {
            batch.Release();
        }
    }

    public override long Advance(long watermarkMs, Collector output)
    {
        LinkRestored();
        _sides[0].BeginBatch();
        _sides[1].BeginBatch();
        _watermark.Value = watermarkMs;
        _passed = Passed();
        _isFiring = true;
        Fire(output);
        return watermarkMs;
    }

    public override void Continue(Collector output) => Fire(output);

    protected override void Dispose(bool disposing)
    {
        _chains?.Dispose();
        _pairs?.Dispose();
        _sides[0]?.Dispose();
        _sides[1]?.Dispose();
        _firing?.Dispose();
        foreach (NativeList<uint> keys in _windows.Values)
        {
            keys.Dispose();
        }

        foreach (NativeList<uint> keys in _free)
        {
            keys.Dispose();
        }
    }

    private long Passed() =>
        _watermark.Value is Watermark.Min or Watermark.Max ? _watermark.Value : _time.Passed(_watermark.Value);

    private long EndOf(int side, byte* row) =>
        *(long*)(row + _sides[side].OffsetOf(side == 0 ? node.LeftEnd : node.RightEnd));

    private void LinkRestored()
    {
        if (!_chains.LinkRestored())
        {
            return;
        }

        foreach (NativeList<uint> keys in _windows.Values)
        {
            keys.Count = 0;
            _free.Push(keys);
        }

        _windows.Clear();
        _passed = Passed();
        for (int side = 0; side < 2; side++)
        {
            ChainedRows rows = _sides[side];
            uint next = 1;
            for (byte* row = rows.Table.NextLive(ref next); row is not null; row = rows.Table.NextLive(ref next))
            {
                row[MarkByte] = 0;
                Expect(EndOf(side, row), rows.Link(row)->Key);
            }
        }
    }

    /// <summary>Lists a key under the end of its window, once.</summary>
    private void Expect(long end, uint keySlot)
    {
        byte* key = _chains.Row(keySlot);
        if (key[MarkByte] != 0)
        {
            return;
        }

        key[MarkByte] = 1;
        if (!_windows.TryGetValue(end, out NativeList<uint>? keys))
        {
            keys = _free.TryPop(out NativeList<uint>? free) ? free : new NativeList<uint>(_context.Allocator);
            _windows.Add(end, keys);
        }

        keys.Add(keySlot);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Store(int side, RecordBatch rows, Collector output)
    {
        ValueList<int> keyColumns = side == 0 ? node.LeftKeys : node.RightKeys;
        int endColumn = side == 0 ? node.LeftEnd : node.RightEnd;
        List<int>? matchable = JoinKeys.Matchable(rows, keyColumns, node.NullSafe, _unmatchable);
        if (rows.Columns[endColumn].NullCount > 0)
        {
            throw new UserException(4002, $"End of a window must not be NULL: column {rows.Schema.Fields[endColumn].Name}.");
        }

        long* ends = (long*)((FixedWidthArray)rows.Columns[endColumn]).Pointer;
        long late = 0;
        late += _unmatchable.RemoveAll(i => IsLate(ends, i));
        bool comesOut = _isOuter[side] || (side == 0 && node.Type == JoinType.Anti);
        if (_unmatchable.Count > 0 && comesOut)
        {
            _pairs.EmitAlone(
                rows, side, CollectionsMarshal.AsSpan(_unmatchable), null, IsLeftOnly ? _schema : null, output);
        }

        _kept.Clear();
        for (int i = 0; i < (matchable?.Count ?? rows.Length); i++)
        {
            int row = matchable is null ? i : matchable[i];
            if (IsLate(ends, row))
            {
                late++;
            }
            else
            {
                _kept.Add(row);
            }
        }

        if (late > 0)
        {
            _context.Count("lateRows", late);
        }

        if (_kept.Count == 0)
        {
            return;
        }

        RecordBatch kept = _kept.Count == rows.Length
            ? rows.Retain() : TakeKernel.Take(rows, CollectionsMarshal.AsSpan(_kept), _context.Allocator);
        try
        {
            Append(side, kept, keyColumns, (long*)((FixedWidthArray)kept.Columns[endColumn]).Pointer);
        }
        finally
        {
            kept.Release();
        }
    }

    private bool IsLate(long* ends, int row) => WindowMath.FloorDivide(ends[row], _units) - 1 <= _passed;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Append(int side, RecordBatch kept, ValueList<int> keyColumns, long* ends)
    {
        ChainedRows rows = _sides[side];
        _chains.Find(kept.Pick(keyColumns.Span), kept.Length);
        rows.Encode(kept);
        for (int i = 0; i < kept.Length; i++)
        {
            uint key = _chains.Slots[i];
            _chains.Insert(side, key, rows.Append(i, out _));
            Expect(ends[i], key);
        }
    }

    /// <summary>Goes on closing windows up to the watermark until a chunk is out or none is left.</summary>
    private void Fire(Collector output)
    {
        while (true)
        {
            if (_firing is null && !BeginWindow())
            {
                _isFiring = false;
                return;
            }

            bool isDone = _pass == 0 ? CollectPairs() : CollectRows();
            bool any = _pairs.Count > 0 && (_pass == 0 ? EmitPairs(output) : EmitRows(output));
            _pairs.Clear();
            if (isDone && ++_pass == 2)
            {
                EndWindow();
            }
            else if (isDone)
            {
                _key = 0;
                _isInside = false;
            }

            if (any)
            {
                return;
            }
        }
    }

    private bool BeginWindow()
    {
        foreach ((long end, NativeList<uint> keys) in _windows)
        {
            if (WindowMath.FloorDivide(end, _units) - 1 > _passed)
            {
                return false;
            }

            _firing = keys;
            _firingEnd = end;
            _key = 0;
            _isInside = false;

            // Without a condition, a row has a match exactly where the other side has rows.
            _pass = IsLeftOnly && node.Residual is null ? 1 : 0;
            _pairs.Begin(null, -1);
            return true;
        }

        return false;
    }

    /// <summary>Collects pairs until a chunk is full; returns whether the pass is done.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool CollectPairs()
    {
        ChainedRows left = _sides[0];
        ChainedRows right = _sides[1];
        for (; _key < _firing!.Count; _key++)
        {
            byte* key = _chains.Row(_firing.Pointer[_key]);
            uint first = _chains.Chain(key, 1)->Head;
            if (!_isInside)
            {
                _left = first == 0 ? 0 : _chains.Chain(key, 0)->Head;
                _right = first;
            }

            while (_left != 0)
            {
                byte* row = left.Row(_left);
                while (_right != 0)
                {
                    if (_pairs.IsFull)
                    {
                        _isInside = true;
                        return false;
                    }

                    byte* other = right.Row(_right);
                    _pairs.Add(row, other);
                    _right = right.Link(other)->Next;
                }

                _left = left.Link(row)->Next;
                _right = first;
            }

            _isInside = false;
        }

        return true;
    }

    private bool EmitPairs(Collector output)
    {
        RecordBatch pairs = _pairs.BuildTested(out Selection? survivors);
        int count = survivors?.Count ?? pairs.Length;
        if (node.Residual is not null && node.Type != JoinType.Inner)
        {
            for (int i = 0; i < count; i++)
            {
                int pair = survivors is null ? i : survivors.Pointer[i];
                _pairs.Rows(0)[pair][MarkByte] = 1;
                _pairs.Rows(1)[pair][MarkByte] = 1;
            }
        }

        if (IsLeftOnly)
        {
            pairs.Release();
            survivors?.Dispose();
            return false;
        }

        _pairs.Emit(pairs, null, survivors, output);
        return count > 0;
    }

    /// <summary>Collects rows without a match, for semi joins left rows with one; rows that are through go.</summary>
    private bool CollectRows()
    {
        for (; _key < _firing!.Count; _key++)
        {
            byte* key = _chains.Row(_firing.Pointer[_key]);
            if (!_isInside)
            {
                _left = _chains.Chain(key, 0)->Head;
                _right = _chains.Chain(key, 1)->Head;
                _isInside = true;
            }

            if (!CollectRows(key, 0, ref _left) || !CollectRows(key, 1, ref _right))
            {
                return false;
            }

            _isInside = false;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool CollectRows(byte* key, int side, ref uint slot)
    {
        bool wanted = node.Type == JoinType.Semi;
        if (side == 0 ? !_isOuter[0] && !IsLeftOnly : !_isOuter[1])
        {
            return true;
        }

        bool hasOthers = _chains.Chain(key, 1 - side)->Head != 0;
        ChainedRows rows = _sides[side];
        while (slot != 0)
        {
            byte* row = rows.Row(slot);
            bool isMatched = node.Residual is null ? hasOthers : row[MarkByte] != 0;
            if (isMatched == wanted)
            {
                if (_pairs.IsFull)
                {
                    return false;
                }

                _pairs.Add(side == 0 ? row : _pairs.NullRow(0), side == 1 ? row : _pairs.NullRow(1));
            }

            slot = rows.Link(row)->Next;
        }

        return true;
    }

    private bool EmitRows(Collector output)
    {
        output.Emit(new StreamBatch(IsLeftOnly ? _pairs.BuildSide(0, _schema) : _pairs.Build()));
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void EndWindow()
    {
        for (int i = 0; i < _firing!.Count; i++)
        {
            byte* key = _chains.Row(_firing.Pointer[i]);
            ChainEnds left = *_chains.Chain(key, 0);
            ChainEnds right = *_chains.Chain(key, 1);
            Drop(0, left.Head);
            Drop(1, right.Head);
        }

        _windows.Remove(_firingEnd);
        _firing.Count = 0;
        _free.Push(_firing);
        _firing = null;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Drop(int side, uint slot)
    {
        ChainedRows rows = _sides[side];
        while (slot != 0)
        {
            byte* row = rows.Row(slot);
            slot = rows.Link(row)->Next;
            _chains.Delete(side, row);
        }
    }
}
