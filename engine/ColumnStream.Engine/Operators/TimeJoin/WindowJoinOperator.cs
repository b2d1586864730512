using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators.WindowAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.TimeJoin;

/// <summary>Keeps the batches of both sides by window until the watermark closes it, joins them, and drops them.</summary>
/// <remarks>
/// A window that closes is taken out of the state, its smaller side indexed, the other walked: first pairs come out, then rows
/// that are alone (for semi joins those that are not). Rows of a window that has closed are late: counted and dropped. A window
/// is never half closed at a barrier.
/// </remarks>
internal sealed unsafe class WindowJoinOperator(WindowJoinNode node) : Operator
{
    private readonly bool[] _isOuter = [JoinKeys.IsOuter(node.Type, 0), JoinKeys.IsOuter(node.Type, 1)];
    private readonly WindowRows[] _sides = new WindowRows[2];
    private readonly RecordBatch?[] _closing = new RecordBatch?[2];
    private readonly NativeList<byte>[] _matched = new NativeList<byte>[2];
    private readonly SortedDictionary<long, List<int>> _byEnd = [];
    private readonly List<int> _unmatchable = [];
    private OperatorContext _context = null!;
    private WindowIndex _index = null!;
    private BatchPairs _pairs = null!;
    private ProgressState _watermark = null!;
    private Schema _schema = null!;
    private WindowTime _time = null!;
    private long _units = 1;

    // The window at hand, and where the passes over it stand.
    private Pass _pass;
    private int _side;
    private int _row;

    private enum Pass
    {
        None,
        Open,
        Pairs,
        Rows,
    }

    public override IReadOnlyList<OperatorState> States => [_watermark, _sides[0], _sides[1]];

    public override bool HasMore => _pass != Pass.None;

    private bool IsLeftOnly => node.Type is JoinType.Semi or JoinType.Anti;

    private long Passed =>
        _watermark.Value is Watermark.Min or Watermark.Max ? _watermark.Value : _time.Passed(_watermark.Value);

    public override void Open(OperatorContext context)
    {
        _context = context;
        _schema = node.OutputSchema();
        _units = WindowMath.UnitsPerMs(context.Inputs[0].Fields[node.LeftEnd].Type);
        _time = new WindowTime(new WindowSpec(WindowKind.Tumble, node.LeftEnd, 1, 1, 0) { IsLocal = node.IsLocal }, context);
        _watermark = new ProgressState("watermark", Watermark.Min, context.Allocator);
        _sides[0] = new WindowRows("left@windows", context.Inputs[0], node.LeftKeys, node.LeftEnd, context);
        _sides[1] = new WindowRows("right@windows", context.Inputs[1], node.RightKeys, node.RightEnd, context);
        _matched[0] = new NativeList<byte>(context.Allocator);
        _matched[1] = new NativeList<byte>(context.Allocator);

        // Rows of one window have one end: it need not be compared.
        List<int> leftKeys = [];
        List<int> rightKeys = [];
        for (int i = 0; i < node.LeftKeys.Count; i++)
        {
            if (node.LeftKeys[i] != node.LeftEnd)
            {
                leftKeys.Add(node.LeftKeys[i]);
                rightKeys.Add(node.RightKeys[i]);
            }
        }

        _index = new WindowIndex([.. leftKeys], [.. rightKeys], context);
        _pairs = new BatchPairs(node.Residual, context);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            Store(input, batch.Rows, output);
        }
        finally
        {
            batch.Release();
        }
    }

    public override long Advance(long watermarkMs, Collector output)
    {
        _watermark.Value = watermarkMs;
        _pass = Pass.Open;
        Continue(output);
        return watermarkMs;
    }

    /// <summary>Goes on closing windows up to the watermark until a chunk is out or none is left.</summary>
    public override void Continue(Collector output)
    {
        while (_pass != Pass.None)
        {
            switch (_pass)
            {
                case Pass.Open:
                    OpenWindow();
                    break;
                case Pass.Pairs:
                    CollectPairs();
                    break;
                default:
                    CollectRows();
                    break;
            }

            if (_pairs.Count > 0)
            {
                output.Emit(new StreamBatch(_pairs.Take(_schema)));
                return;
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        CloseWindow();
        _index?.Dispose();
        _pairs?.Dispose();
        for (int side = 0; side < 2; side++)
        {
            _sides[side]?.Dispose();
            _matched[side]?.Dispose();
        }
    }

    private void Store(int side, RecordBatch rows, Collector output)
    {
        ValueList<int> keyColumns = side == 0 ? node.LeftKeys : node.RightKeys;
        int endColumn = side == 0 ? node.LeftEnd : node.RightEnd;
        List<int>? matchable = JoinKeys.Matchable(rows, keyColumns, node.NullSafe, _unmatchable);
        if (rows.Columns[endColumn].NullCount > 0)
        {
            throw new UserException(4002, $"End of a window must not be NULL: column {rows.Schema.Fields[endColumn].Name}.");
        }

        var ends = (long*)((FixedWidthArray)rows.Columns[endColumn]).Pointer;
        long passed = Passed;
        long late = _unmatchable.RemoveAll(i => IsLate(ends[i], passed));
        if (_isOuter[side] || (side == 0 && node.Type == JoinType.Anti))
        {
            EmitUnmatchable(side, rows, output);
        }

        if (matchable is null && AreEqual(ends, rows.Length))
        {
            if (rows.Length > 0 && IsLate(ends[0], passed))
            {
                late += rows.Length;
            }
            else if (rows.Length > 0)
            {
                _sides[side].Add(ends[0], rows);
            }
        }
        else
        {
            late += StoreByEnd(side, rows, matchable, ends, passed);
        }

        if (late > 0)
        {
            _context.Count("lateRows", late);
        }
    }

    /// <summary>Adds each window's rows to it; returns how many are late.</summary>
    private long StoreByEnd(int side, RecordBatch rows, List<int>? matchable, long* ends, long passed)
    {
        long late = 0;
        List<int>? group = null;
        long groupEnd = 0;
        int count = matchable?.Count ?? rows.Length;
        for (int i = 0; i < count; i++)
        {
            int row = matchable is null ? i : matchable[i];
            if (group is null || ends[row] != groupEnd)
            {
                groupEnd = ends[row];
                if (!_byEnd.TryGetValue(groupEnd, out group))
                {
                    _byEnd.Add(groupEnd, group = []);
                }
            }

            group.Add(row);
        }

        foreach ((long end, List<int> indices) in _byEnd)
        {
            if (IsLate(end, passed))
            {
                late += indices.Count;
                continue;
            }

            RecordBatch part = TakeKernel.Take(rows, CollectionsMarshal.AsSpan(indices), _context.Allocator);
            _sides[side].Add(end, part);
            part.Release();
        }

        _byEnd.Clear();
        return late;
    }

    private bool IsLate(long end, long passed) => WindowMath.FloorDivide(end, _units) - 1 <= passed;

    private static bool AreEqual(long* ends, int count)
    {
        long difference = 0;
        for (int i = 0; i < count; i++)
        {
            difference |= ends[i] ^ ends[0];
        }

        return difference == 0;
    }

    private void EmitUnmatchable(int side, RecordBatch rows, Collector output)
    {
        for (int next = 0; next < _unmatchable.Count;)
        {
            _pairs.Begin(side == 0 ? rows : null, side == 1 ? rows : null);
            for (; next < _unmatchable.Count && !_pairs.IsFull; next++)
            {
                _pairs.AddAlone(side, _unmatchable[next]);
            }

            output.Emit(new StreamBatch(_pairs.Take(_schema)));
        }
    }

    /// <summary>Takes the next closed window out of the state and indexes it.</summary>
    private void OpenWindow()
    {
        long end = Math.Min(_sides[0].FirstEnd, _sides[1].FirstEnd);
        if (end == long.MaxValue || !IsLate(end, Passed))
        {
            _pass = Pass.None;
            return;
        }

        RecordBatch? left = _closing[0] = _sides[0].Take(end);
        RecordBatch? right = _closing[1] = _sides[1].Take(end);
        _pairs.Begin(left, right);
        for (int side = 0; side < 2 && node.Type != JoinType.Inner; side++)
        {
            int length = _closing[side]?.Length ?? 0;
            new Span<byte>(_matched[side].Reserve(Math.Max(1, length)), length).Clear();
        }

        _side = 0;
        _row = 0;
        _pass = Pass.Rows;
        if (left is not null && right is not null)
        {
            _index.Begin(left, right, IsLeftOnly || right.Length <= left.Length ? 1 : 0);
            _pass = Pass.Pairs;
        }
    }

    /// <summary>Collects the next pairs, or for semi joins marks what has some.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CollectPairs()
    {
        int* left = _pairs.Rows(0);
        int* right = _pairs.Rows(1);
        _pairs.Count = _index.Next(left, right, BatchPairs.ChunkRows, once: IsLeftOnly && node.Residual is null);
        if (_pairs.Count == 0)
        {
            _pass = Pass.Rows;
            return;
        }

        _pairs.Filter();
        if (node.Type == JoinType.Inner)
        {
            return;
        }

        for (int i = 0; i < _pairs.Count; i++)
        {
            _matched[0].Pointer[left[i]] = 1;
            _matched[1].Pointer[right[i]] = 1;
        }

        _pairs.Count = IsLeftOnly ? 0 : _pairs.Count;
    }

    /// <summary>Collects rows without a match, for semi joins left rows with one; behind the last the window is gone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CollectRows()
    {
        byte wanted = node.Type == JoinType.Semi ? (byte)1 : (byte)0;
        for (; _side < 2; _side++, _row = 0)
        {
            int length = _isOuter[_side] || (_side == 0 && IsLeftOnly) ? _closing[_side]?.Length ?? 0 : 0;
            for (; _row < length; _row++)
            {
                if (_matched[_side].Pointer[_row] != wanted)
                {
                    continue;
                }

                if (_pairs.IsFull)
                {
                    return;
                }

                _pairs.AddAlone(_side, _row);
            }
        }

        if (_pairs.Count == 0)
        {
            CloseWindow();
            _pass = Pass.Open;
        }
    }

    private void CloseWindow()
    {
        for (int side = 0; side < 2; side++)
        {
            _closing[side]?.Release();
            _closing[side] = null;
        }
    }
}
