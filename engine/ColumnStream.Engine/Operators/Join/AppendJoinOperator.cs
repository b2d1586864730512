using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Join;

/// <summary>Joins two inputs that only insert, inner and without time to live: rows stay in the batches that they came in.</summary>
/// <remarks>
/// A key's row holds the newest slot of either side, a link a row the one before. So a row costs one search and one link, and an
/// output row is gathered column by column out of the batches; the columns of the batch at hand pass as they are where each of
/// its rows finds one row. Once a side has ended, nothing of the other is kept any more: nobody will ask for it.
/// In batch mode rows wait without an index until a side has ended, the smaller one where they are read in turns. That side is
/// indexed; what waited on the other is looked up and dropped, and what still comes there is looked up and never kept.
/// </remarks>
internal sealed unsafe class AppendJoinOperator(JoinNode node) : Operator
{
    private const int ChunkRows = JoinOutput.ChunkRows;
    private const int CandidatesOfTurn = 16 * ChunkRows;
    private readonly bool[] _ended = new bool[2];
    private readonly RetainedRows[] _sides = new RetainedRows[2];
    private readonly int[] _headOffsets = new int[2];
    private OperatorContext _context = null!;
    private Schema _schema = null!;
    private StateTable _keys = null!;
    private KeyEncoder _encoder = null!;
    private RowCache _cache = null!;
    private JoinCondition? _condition;
    private SlotWalk _walk = null!;
    private NativeList<ulong> _hashes = null!;
    private NativeList<uint> _newSlots = null!;
    private NativeList<int> _rows = null!;
    private NativeList<uint> _slots = null!;
    private Selection _survivors = null!;
    private RecordBatch? _current;
    private int _side;
    private bool _isHashed;
    private bool _isWaiting;
    private int _backlog;
    private int _building;

    public override IReadOnlyList<OperatorState> States => _sides;

    public override bool HasMore => _current is not null || _backlog > 0 || _building > 0;

    /// <summary>Gets that only slots are kept between two chunks.</summary>
    public override bool HoldsRows => false;

    public override bool AnswersAtEnd => _context.IsBatch;

    /// <summary>Tells whether a join can run so: rows neither go nor expire, and no row comes out for want of a match.</summary>
    public static bool Fits(JoinNode node) =>
        node is { Type: JoinType.Inner, LeftInsertOnly: true, RightInsertOnly: true, LeftTtlMs: <= 0, RightTtlMs: <= 0 };

    public override void Open(OperatorContext context)
    {
        _context = context;
        _isWaiting = context.IsBatch;
        _schema = node.OutputSchema();
        Schema left = context.Inputs[0];
        var keys = new Field[node.LeftKeys.Count];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = left.Fields[node.LeftKeys[i]];
        }

        var layout = new StateLayout(
            ValueList.Create<Field>(keys), [new StateCell("left", CellType.Int64), new StateCell("right", CellType.Int64)]);
        _headOffsets[0] = layout.CellOffsets[0];
        _headOffsets[1] = layout.CellOffsets[1];
        _keys = new StateTable(layout, context.Pages, context.Allocator);
        _keys.Rows.IsTransient = true;
        _encoder = new KeyEncoder(layout, context.Allocator);
        _cache = new RowCache(context.Allocator);
        _sides[0] = new RetainedRows("left@batches", left, node.LeftKeys, context)
        {
            Restored = rows => Keep(0, rows, walks: false),
        };
        _sides[1] = new RetainedRows("right@batches", context.Inputs[1], node.RightKeys, context)
        {
            Restored = rows => Keep(1, rows, walks: false),
        };
        _condition = node.Residual is null ? null : new JoinCondition(node.Residual, context);
        _walk = new SlotWalk(context.Allocator);
        _hashes = new NativeList<ulong>(context.Allocator);
        _newSlots = new NativeList<uint>(context.Allocator);
        _rows = new NativeList<int>(context.Allocator);
        _slots = new NativeList<uint>(context.Allocator);
        _survivors = new Selection(ChunkRows, context.Allocator);
    }

    public override void EndInput(int input) => _ended[input] = true;

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        _current = batch.Rows.Retain();
        batch.Release();
        _current = Matchable(_current, input);
        if (_isWaiting && _ended[1 - input])
        {
            Build(1 - input);
        }
        else if (_ended[0] || _ended[1])
        {
            DropUnasked();
        }

        if (_isWaiting)
        {
            Keep(input, _current, walks: false);
            _current.Release();
            _current = null;
            return;
        }

        if (_building == 0)
        {
            Begin(input, _current);
        }

        Continue(output);
    }

    public override void Finish(Collector output)
    {
        if (_isWaiting)
        {
            Build(_sides[0].Count < _sides[1].Count ? 0 : 1);
        }

        if (HasMore)
        {
            Continue(output);
        }
    }

    public override void Continue(Collector output)
    {
        if (_building > 0)
        {
            BuildNext();
            return;
        }

        RetainedRows other = _sides[1 - _side];
        int* rows = _rows.Reserve(ChunkRows);
        uint* slots = _slots.Reserve(ChunkRows);
        int count = 0;
        int tries = 0;
        int most = MostPairs(other);
        int mostTries = most == ChunkRows ? CandidatesOfTurn : most;
        while (count < most && tries < mostTries && _walk.HasMore)
        {
            int found = _walk.Next(other, rows + count, slots + count, most - count);
            tries += found;
            count += _condition is null ? found : Filter(rows + count, slots + count, found);
        }

        if (count > 0)
        {
            output.Emit(new StreamBatch(Pairs(rows, slots, count)));
        }

        if (!_walk.HasMore)
        {
            _current?.Release();
            _current = null;
            NextWaiting();
        }
    }

    protected override void Dispose(bool disposing)
    {
        _current?.Release();
        _sides[0]?.Dispose();
        _sides[1]?.Dispose();
        _keys?.Dispose();
        _encoder?.Dispose();
        _cache?.Dispose();
        _condition?.Dispose();
        _walk?.Dispose();
        _hashes?.Dispose();
        _newSlots?.Dispose();
        _rows?.Dispose();
        _slots?.Dispose();
        _survivors?.Dispose();
    }

    /// <summary>Returns how many pairs a chunk may have: each may bring units of row and text back.</summary>
    private int MostPairs(RetainedRows other) =>
        other.IsCold ? _context.ChunkRows : ChunkRows;

    /// <summary>Leaves out rows whose key has a NULL that equals nothing; takes the batch over.</summary>
    private RecordBatch Matchable(RecordBatch rows, int input)
    {
        int[]? unmatchable = JoinOperator.Unmatchable(node, rows, input);
        if (unmatchable is null)
        {
            return rows;
        }

        RecordBatch part = TakeKernel.Take(rows, JoinOperator.Others(rows.Length, unmatchable), _context.Allocator);
        rows.Release();
        return part;
    }

    /// <summary>Forgets the rows of a side whose partner has ended.</summary>
    private void DropUnasked()
    {
        for (int side = 0; side < 2; side++)
        {
            if (_ended[1 - side])
            {
                _sides[side].Drop();
            }
        }
    }

    /// <summary>Begins the pairs of a batch, which is taken over.</summary>
    private void Begin(int side, RecordBatch rows)
    {
        _side = side;
        _current = rows;
        if (_context.IsBatch || _ended[1 - side])
        {
            Look(side, rows, null, walks: true);
        }
        else
        {
            Keep(side, rows, walks: true);
        }
    }

    /// <summary>Begins to index a side that has ended; what came on the other, and what waits there, is looked up next.</summary>
    private void Build(int side)
    {
        _isWaiting = false;
        _side = 1 - side;
        _building = _sides[side].NextSegment(0);
        _backlog = _building == 0 ? _sides[_side].NextSegment(0) : 0;
    }

    /// <summary>Indexes one more segment: in steps, between which state may go to disk.</summary>
    private void BuildNext()
    {
        RetainedRows built = _sides[1 - _side];
        RecordBatch rows = built.Read(_building, _newSlots);
        try
        {
            Look(1 - _side, rows, _newSlots.Pointer, walks: false);
        }
        finally
        {
            rows.Release();
        }

        _building = built.NextSegment(_building);
        if (_building > 0)
        {
            return;
        }

        _backlog = _sides[_side].NextSegment(0);
        if (_current is not null)
        {
            Begin(_side, _current);
        }
    }

    /// <summary>Begins the pairs of the next rows that waited; they are dropped behind the last.</summary>
    private void NextWaiting()
    {
        if (_backlog == 0)
        {
            return;
        }

        RetainedRows waiting = _sides[_side];
        RecordBatch rows = waiting.Read(_backlog, _newSlots);
        _backlog = waiting.NextSegment(_backlog);
        if (_backlog == 0)
        {
            waiting.Drop();
        }

        Begin(_side, rows);
    }

    /// <summary>Keeps rows, under their keys unless these wait.</summary>
    private void Keep(int side, RecordBatch batch, bool walks)
    {
        uint* added = _newSlots.Reserve(Math.Max(1, batch.Length));
        _sides[side].Add(batch, added);
        if (!_isWaiting)
        {
            Look(side, batch, added, walks);
        }
    }

    /// <summary>Links kept rows under their keys, and begins the chains of the other side that they find.</summary>
    /// <param name="side">The side they are of.</param>
    /// <param name="batch">The rows.</param>
    /// <param name="added">Their slots, or null when they are not kept.</param>
    /// <param name="walks">Whether pairs are asked for.</param>
    private void Look(int side, RecordBatch batch, uint* added, bool walks)
    {
        int length = batch.Length;
        ValueList<int> keys = side == 0 ? node.LeftKeys : node.RightKeys;
        var columns = new ArrayData[keys.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = batch.Columns[keys[i]];
        }

        _encoder.Encode(columns, length);
        _isHashed = false;
        byte** keyRows = stackalloc byte*[StateTable.BlockRows];
        for (int at = 0; at < length; at += StateTable.BlockRows)
        {
            int count = Math.Min(StateTable.BlockRows, length - at);
            Find(columns, length, at, count, keyRows, creates: added is not null);
            if (walks)
            {
                _walk.Added(Chains(keyRows, at, count, side, _walk.Reserve(count)));
            }

            if (added is not null)
            {
                Link(keyRows, added + at, count, side);
            }
        }
    }

    /// <summary>Finds the keys of a block, from the cache where it can; the batch is hashed when the cache first declines.</summary>
    private void Find(ArrayData[] columns, int length, int at, int count, byte** keyRows, bool creates)
    {
        if (_encoder.Shape == KeyShape.Word && !_encoder.HasNulls
            && _keys.TryFind(_encoder, at, count, keyRows, creates, _cache))
        {
            return;
        }

        ulong* hashes = _hashes.Reserve(length);
        if (!_isHashed)
        {
            _keys.Layout.Hash(columns, length, hashes);
            _isHashed = true;
        }

        uint* keySlots = stackalloc uint[StateTable.BlockRows];
        if (creates)
        {
            _keys.FindOrCreate(_encoder, hashes, at, count, keyRows, keySlots);
        }
        else
        {
            _keys.Find(_encoder, hashes, at, count, keyRows, keySlots);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Chains(byte** keyRows, int at, int count, int side, ulong* chains)
    {
        int head = _headOffsets[1 - side];
        uint** links = _sides[1 - side].Links;
        bool prefetch = Sse.IsSupported;
        int found = 0;
        for (int i = 0; i < count; i++)
        {
            uint first = *(uint*)(keyRows[i] + head);
            chains[found] = ((ulong)(uint)(at + i) << 32) | first;
            found += first != 0 ? 1 : 0;
            if (prefetch && first != 0)
            {
                Sse.Prefetch0(links[first >> RetainedColumn.SegmentBits] + (first & (RetainedColumn.SegmentRows - 1)));
            }
        }

        return found;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Link(byte** keyRows, uint* added, int count, int side)
    {
        int head = _headOffsets[side];
        uint** links = _sides[side].Links;
        for (int i = 0; i < count; i++)
        {
            uint slot = added[i];
            uint* first = (uint*)(keyRows[i] + head);
            uint* segment = links[slot >> RetainedColumn.SegmentBits];
            *(segment is not null ? segment + (slot & (RetainedColumn.SegmentRows - 1)) : _sides[side].ColdLink(slot)) = *first;
            *first = slot;
        }
    }

    /// <summary>Closes up the pairs that the condition holds for; returns how many there are.</summary>
    private int Filter(int* rows, uint* slots, int count)
    {
        int width = _context.Inputs[0].Fields.Count;
        var columns = new ArrayData[width + _context.Inputs[1].Fields.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = _condition!.Reads(i)
                ? Column(i < width ? 0 : 1, i < width ? i : i - width, rows, slots, count, false) : new NullArray(count);
        }

        _condition!.Filter(columns, count, _survivors);
        int left = _survivors.Count;
        for (int k = 0; k < left; k++)
        {
            int i = _survivors.Pointer[k];
            rows[k] = rows[i];
            slots[k] = slots[i];
        }

        return left;
    }

    private RecordBatch Pairs(int* rows, uint* slots, int count)
    {
        bool isWhole = count == _current!.Length && IsCount(rows, count);
        int width = _context.Inputs[0].Fields.Count;
        var columns = new ArrayData[_schema.Fields.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            int from = node.Columns.Count == 0 ? i : node.Columns[i];
            columns[i] = Column(from < width ? 0 : 1, from < width ? from : from - width, rows, slots, count, isWhole);
        }

        return new RecordBatch(_schema, columns, count);
    }

    private ArrayData Column(int side, int column, int* rows, uint* slots, int count, bool isWhole)
    {
        if (side != _side)
        {
            return _sides[side].Column(column, slots, count);
        }

        ArrayData own = _current!.Columns[column];
        return isWhole ? own.Retain() : TakeKernel.Take(own, new ReadOnlySpan<int>(rows, count), _context.Allocator);
    }

    private static bool IsCount(int* rows, int count)
    {
        int difference = 0;
        for (int i = 0; i < count; i++)
        {
            difference |= rows[i] ^ i;
        }

        return difference == 0;
    }
}
