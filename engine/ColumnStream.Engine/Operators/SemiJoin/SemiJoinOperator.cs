using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.SemiJoin;

/// <summary>Keeps the left rows and counts the right rows of each key; left rows whose answer turns come out again.</summary>
/// <remarks>
/// Left rows are answered as they come. A batch of right rows is counted whole; then the left rows of the keys that got their
/// first or lost their last row are compared with their answers before. In batch mode all answers are given at the end.
/// </remarks>
internal sealed unsafe class SemiJoinOperator(SemiJoinNode node) : Operator
{
    private const int ChunkRows = 4096;
    private readonly Schema _schema = node.OutputSchema();
    private readonly List<Turn> _turns = [];
    private OperatorContext _context = null!;
    private SemiJoinTables _tables = null!;
    private StateTtl? _ttl;
    private StateSweeper _sweeper = null!;
    private KeyEncoder _keys = null!;
    private KeyEncoder? _groups;
    private KeyEncoder _left = null!;
    private NativeList<nint> _rows = null!;
    private NativeList<byte> _kinds = null!;
    private NativeList<byte> _answers = null!;
    private long _batch;
    private int _turn;
    private long _times;
    private uint _final;

    public override IReadOnlyList<OperatorState> States => _tables.States;

    public override bool HasMore => _turn < _turns.Count || _final != 0;

    public override bool AnswersAtEnd => _context.IsBatch;

    public override void Open(OperatorContext context)
    {
        _context = context;
        Schema left = context.Inputs[0];
        var keys = new Field[node.LeftKeys.Count];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = left.Fields[node.LeftKeys[i]];
        }

        _ttl = StateTtl.Of(node.StateTtlMs, context, isSteady: true);
        _tables = new SemiJoinTables(keys, ValueList.From(left.Fields), node.IsNullAware, _ttl, context);
        _sweeper = _tables.Groups is null
            ? new StateSweeper(_ttl, context, _tables.Left, _tables.Keys)
            : new StateSweeper(_ttl, context, _tables.Left, _tables.Keys, _tables.Groups);
        _keys = new KeyEncoder(_tables.Keys.Table.Layout, context.Allocator);
        _groups = _tables.Groups is null ? null : new KeyEncoder(_tables.Groups.Table.Layout, context.Allocator);
        _left = new KeyEncoder(_tables.Left.Table.Layout, context.Allocator);
        _rows = new NativeList<nint>(context.Allocator);
        _kinds = new NativeList<byte>(context.Allocator);
        _answers = new NativeList<byte>(context.Allocator);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            _batch++;
            _ttl?.Look();
            _tables.LinkRestored();
            _sweeper.Sweep();
            _tables.BeginBatch();
            if (input == 0)
            {
                ProcessLeft(batch, output);
            }
            else
            {
                ProcessRight(batch);
            }

            if (input == 0)
            {
                _tables.EndBatch();
            }
            else
            {
                CollectTurns();
                _tables.EndBatch();
            }
        }
        finally
        {
            batch.Release();
        }

        EmitTurns(output);
    }

    public override void Continue(Collector output)
    {
        if (_final != 0)
        {
            EmitFinal(output);
        }
        else
        {
            EmitTurns(output);
        }
    }

    public override void OnTimer(long clockMs, Collector output)
    {
        _ttl?.Look();
        _sweeper.OnTimer(clockMs);
    }

    public override void Finish(Collector output)
    {
        if (_context.IsBatch)
        {
            _tables.LinkRestored();
            _tables.BeginBatch();
            _final = 1;
            EmitFinal(output);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _tables?.Dispose();
        _keys?.Dispose();
        _groups?.Dispose();
        _left?.Dispose();
        _rows?.Dispose();
        _kinds?.Dispose();
        _answers?.Dispose();
    }

    private bool Passes(Answer answer) =>
        node.Kind == SemiJoinKind.Mark || answer == (node.Kind == SemiJoinKind.Semi ? Answer.True : Answer.False);

    /// <summary>Returns the rows whose keys may equal something: NULL stands only in the value of IN.</summary>
    private int[] Eligible(RecordBatch rows, ValueList<int> keys)
    {
        var eligible = new List<int>(rows.Length);
        int strict = node.IsNullAware ? keys.Count - 1 : keys.Count;
        for (int i = 0; i < rows.Length; i++)
        {
            bool hasNull = false;
            for (int k = 0; k < strict; k++)
            {
                hasNull |= rows.Columns[keys[k]].IsNull(i);
            }

            if (!hasNull)
            {
                eligible.Add(i);
            }
        }

        return [.. eligible];
    }

    private void ProcessLeft(StreamBatch batch, Collector output)
    {
        int[] eligible = Eligible(batch.Rows, node.LeftKeys);
        var answers = new Answer[batch.Rows.Length];
        var held = new bool[batch.Rows.Length];
        RecordBatch part = eligible.Length == batch.Rows.Length
            ? batch.Rows.Retain() : TakeKernel.Take(batch.Rows, eligible, _context.Allocator);
        try
        {
            FoldLeft(part, eligible, batch.Kinds, answers, held);
        }
        finally
        {
            part.Release();
        }

        var passing = new List<int>();
        for (int i = 0; i < answers.Length; i++)
        {
            // In batch mode the answer comes at the end, but for rows that nothing can equal. What takes back a forgotten row goes.
            if (Passes(answers[i]) && !held[i])
            {
                passing.Add(i);
            }
        }

        if (passing.Count > 0)
        {
            output.Emit(Select(batch, passing, answers));
        }
    }

    private void FoldLeft(RecordBatch part, int[] eligible, RowKind* kinds, Answer[] answers, bool[] held)
    {
        ArrayData[] keys = part.Pick(node.LeftKeys.Span);
        ArrayData[] all = [.. keys, .. part.Columns];
        using var hashes = new Hashes(_context.Allocator, part.Length);
        byte** rows = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        byte** keyRows = stackalloc byte*[StateTable.BlockRows];
        uint* keySlots = stackalloc uint[StateTable.BlockRows];
        byte** groupRows = stackalloc byte*[StateTable.BlockRows];
        uint* groupSlots = stackalloc uint[StateTable.BlockRows];
        _keys.Encode(keys, part.Length);
        _left.Encode(all, part.Length);
        _groups?.Encode(keys.AsSpan(0, keys.Length - 1), part.Length);
        hashes.Fill(_tables, keys, all);
        for (int at = 0; at < part.Length; at += StateTable.BlockRows)
        {
            int count = Math.Min(StateTable.BlockRows, part.Length - at);
            Find(_tables.Keys.Table, _keys, hashes.Keys, at, count, keyRows, keySlots);
            Find(_tables.Left.Table, _left, hashes.Left, at, count, rows, slots);
            if (_groups is not null)
            {
                Find(_tables.Groups!.Table, _groups, hashes.Groups, at, count, groupRows, groupSlots);
            }

            for (int i = 0; i < count; i++)
            {
                int source = eligible[at + i];
                bool adds = kinds is null || kinds[source] is RowKind.Insert or RowKind.UpdateAfter;
                long* times = _tables.LeftCell(rows[i], 0);
                *_tables.LeftCell(rows[i], 5) = keySlots[i];
                *_tables.LeftCell(rows[i], 6) = _groups is null ? 0 : groupSlots[i];
                bool isNull = node.IsNullAware && keys[^1].IsNull(at + i);
                held[source] = _context.IsBatch || (_ttl is not null && !adds && *times == 0);
                if (_ttl is not null && *times > 0)
                {
                    // Equal rows have one answer: that of the first, until the right side changes.
                    answers[source] = _tables.Answered(rows[i]);
                }
                else
                {
                    answers[source] = _tables.AnswerOf(keyRows[i], _groups is null ? null : groupRows[i], isNull);
                    if (_ttl is not null)
                    {
                        _tables.SetAnswered(rows[i], answers[source]);
                    }
                }

                *times += adds ? 1 : _ttl is null || *times > 0 ? -1 : 0;
            }
        }
    }

    private void ProcessRight(StreamBatch batch)
    {
        int[] eligible = Eligible(batch.Rows, node.RightKeys);
        RecordBatch part = eligible.Length == batch.Rows.Length
            ? batch.Rows.Retain() : TakeKernel.Take(batch.Rows, eligible, _context.Allocator);
        try
        {
            ArrayData[] keys = part.Pick(node.RightKeys.Span);
            using var hashes = new Hashes(_context.Allocator, part.Length);
            byte** rows = stackalloc byte*[StateTable.BlockRows];
            byte** groupRows = stackalloc byte*[StateTable.BlockRows];
            uint* slots = stackalloc uint[StateTable.BlockRows];
            _keys.Encode(keys, part.Length);
            _groups?.Encode(keys.AsSpan(0, keys.Length - 1), part.Length);
            hashes.Fill(_tables, keys, null);
            for (int at = 0; at < part.Length; at += StateTable.BlockRows)
            {
                int count = Math.Min(StateTable.BlockRows, part.Length - at);
                Find(_tables.Keys.Table, _keys, hashes.Keys, at, count, rows, slots);
                if (_groups is not null)
                {
                    Find(_tables.Groups!.Table, _groups, hashes.Groups, at, count, groupRows, slots);
                }

                for (int i = 0; i < count; i++)
                {
                    bool isNull = node.IsNullAware && keys[^1].IsNull(at + i);
                    _tables.CountRight(rows[i], _groups is null ? null : groupRows[i], isNull, Sign(batch, eligible[at + i]));
                }
            }
        }
        finally
        {
            part.Release();
        }
    }

    private static int Sign(StreamBatch batch, int row) =>
        batch.Kinds is null || batch.Kinds[row] is RowKind.Insert or RowKind.UpdateAfter ? 1 : -1;

    private static void Find(StateTable table, KeyEncoder keys, ulong* hashes, int at, int count, byte** rows, uint* slots)
    {
        table.FindOrCreate(keys, hashes, at, count, rows, slots);
        table.Touch(rows, slots, hashes + at, count);
    }

    /// <summary>Finds the left rows whose answer differs from that before the batch.</summary>
    private void CollectTurns()
    {
        _turns.Clear();
        _turn = 0;
        _times = 0;
        if (_context.IsBatch)
        {
            return;
        }

        StateTable keys = _tables.Keys.Table;
        for (int t = 0; t < keys.TouchedCount; t++)
        {
            byte* row = keys.TouchedRows[t];
            if (SemiJoinTables.MayTurn(*_tables.KeyCell(row, 0), *_tables.KeyCell(row, 1)))
            {
                CollectChain(*_tables.KeyCell(row, 2), 1);
            }
        }

        for (int t = 0; _tables.Groups is not null && t < _tables.Groups.Table.TouchedCount; t++)
        {
            byte* row = _tables.Groups.Table.TouchedRows[t];
            if (SemiJoinTables.MayTurn(*_tables.GroupCell(row, 0), *_tables.GroupCell(row, 1))
                || SemiJoinTables.MayTurn(*_tables.GroupCell(row, 2), *_tables.GroupCell(row, 3)))
            {
                CollectChain(*_tables.GroupCell(row, 4), 3);
            }
        }
    }

    private void CollectChain(long slot, int next)
    {
        while (slot != 0)
        {
            byte* row = _tables.Left.Table.Rows.Row((uint)slot);
            uint own = (uint)slot;
            slot = *_tables.LeftCell(row, next);
            if (*_tables.LeftCell(row, 7) == _batch || _tables.Left.Table.IsExpired(row))
            {
                continue;
            }

            *_tables.LeftCell(row, 7) = _batch;
            Answer before = _tables.AnswerOf(row, before: true);
            Answer now = _tables.AnswerOf(row, before: false);
            if (before != now && _ttl is not null)
            {
                _tables.Turn(row, own, now);
            }

            if (before != now && (Passes(before) || Passes(now)))
            {
                _turns.Add(new Turn((nint)row, before, now));
            }
        }
    }

    private void EmitTurns(Collector output)
    {
        _rows.Count = 0;
        _kinds.Count = 0;
        _answers.Count = 0;
        while (_turn < _turns.Count && _rows.Count <= ChunkRows - 2)
        {
            Turn turn = _turns[_turn];
            if (_times >= *_tables.LeftCell((byte*)turn.Row, 0))
            {
                _turn++;
                _times = 0;
                continue;
            }

            _times++;
            bool isMark = node.Kind == SemiJoinKind.Mark;
            if (Passes(turn.Before))
            {
                Add((byte*)turn.Row, isMark ? RowKind.UpdateBefore : RowKind.Delete, turn.Before);
            }

            if (Passes(turn.Now))
            {
                Add((byte*)turn.Row, isMark ? RowKind.UpdateAfter : RowKind.Insert, turn.Now);
            }
        }

        Emit(output);
    }

    private void EmitFinal(Collector output)
    {
        _rows.Count = 0;
        _kinds.Count = 0;
        _answers.Count = 0;
        while (_rows.Count < ChunkRows)
        {
            uint slot = _final;
            byte* row = _tables.Left.Table.NextLive(ref slot);
            if (row is null)
            {
                _final = 0;
                break;
            }

            Answer answer = _tables.AnswerOf(row, before: false);
            long times = Passes(answer) ? *_tables.LeftCell(row, 0) : 0;
            for (; _times < times && _rows.Count < ChunkRows; _times++)
            {
                Add(row, RowKind.Insert, answer);
            }

            if (_times >= times)
            {
                _final = slot;
                _times = 0;
            }
            else
            {
                _final = slot - 1;
            }
        }

        Emit(output);
    }

    private void Add(byte* row, RowKind kind, Answer answer)
    {
        _rows.Add((nint)row);
        _kinds.Add((byte)kind);
        _answers.Add((byte)answer);
    }

    private void Emit(Collector output)
    {
        int count = _rows.Count;
        if (count == 0)
        {
            return;
        }

        StateLayout layout = _tables.Left.Table.Layout;
        var columns = new ArrayData[_schema.Fields.Count];
        int width = layout.Keys.Count - node.LeftKeys.Count;
        for (int i = 0; i < width; i++)
        {
            int key = node.LeftKeys.Count + i;
            columns[i] = RowColumns.Key(layout, key, layout.Keys[key].Type, (byte**)_rows.Pointer, count, _context.Allocator);
        }

        if (node.Kind == SemiJoinKind.Mark)
        {
            columns[width] = Marks(new ReadOnlySpan<Answer>(_answers.Pointer, count));
        }

        NativeBuffer? kinds = null;
        if (!_context.IsBatch)
        {
            kinds = _context.Allocator.Allocate(count);
            Buffer.MemoryCopy(_kinds.Pointer, kinds.Pointer, kinds.Capacity, count);
        }

        output.Emit(new StreamBatch(new RecordBatch(_schema, columns, count), kinds));
    }

    /// <summary>Takes rows of a left batch; a pair of an update may be torn, so its halves become +I and −D.</summary>
    private StreamBatch Select(StreamBatch batch, List<int> passing, Answer[] answers)
    {
        ReadOnlySpan<int> rows = CollectionsMarshal.AsSpan(passing);
        var columns = new ArrayData[_schema.Fields.Count];
        for (int i = 0; i < batch.Rows.Columns.Length; i++)
        {
            columns[i] = TakeKernel.Take(batch.Rows.Columns[i], rows, _context.Allocator);
        }

        if (node.Kind == SemiJoinKind.Mark)
        {
            var marks = new Answer[rows.Length];
            for (int i = 0; i < marks.Length; i++)
            {
                marks[i] = answers[rows[i]];
            }

            columns[^1] = Marks(marks);
        }

        NativeBuffer? kinds = null;
        if (batch.Kinds is not null)
        {
            kinds = _context.Allocator.Allocate(rows.Length);
            for (int i = 0; i < rows.Length; i++)
            {
                kinds.Pointer[i] = (byte)(Sign(batch, rows[i]) > 0 ? RowKind.Insert : RowKind.Delete);
            }
        }

        return new StreamBatch(new RecordBatch(_schema, columns, rows.Length), kinds);
    }

    private BooleanArray Marks(ReadOnlySpan<Answer> answers)
    {
        int bytes = (answers.Length + 7) >> 3;
        NativeBuffer bits = _context.Allocator.AllocateZeroed(Bitmap.ByteCount(answers.Length));
        NativeBuffer valid = _context.Allocator.AllocateZeroed(Bitmap.ByteCount(answers.Length));
        bits.Length = bytes;
        valid.Length = bytes;
        for (int i = 0; i < answers.Length; i++)
        {
            bits.Pointer[i >> 3] |= (byte)((answers[i] == Answer.True ? 1 : 0) << (i & 7));
            valid.Pointer[i >> 3] |= (byte)((answers[i] == Answer.Unknown ? 0 : 1) << (i & 7));
        }

        return new BooleanArray(answers.Length, bits, valid);
    }

    /// <summary>Is a left row with its answers before and after a batch.</summary>
    private readonly record struct Turn(nint Row, Answer Before, Answer Now);

    /// <summary>Holds the hashes of a batch for each table.</summary>
    private sealed class Hashes(BufferAllocator allocator, int length) : IDisposable
    {
        private readonly NativeBuffer _buffer = allocator.Allocate(Math.Max(1, length) * 24L);

        public ulong* Keys => (ulong*)_buffer.Pointer;

        public ulong* Groups => Keys + length;

        public ulong* Left => Keys + (2L * length);

        public void Fill(SemiJoinTables tables, ArrayData[] keys, ArrayData[]? all)
        {
            tables.Keys.Table.Layout.Hash(keys, length, Keys);
            if (tables.Groups is not null)
            {
                tables.Groups.Table.Layout.Hash(keys.AsSpan(0, keys.Length - 1), length, Groups);
            }

            if (all is not null)
            {
                tables.Left.Table.Layout.Hash(all, length, Left);
            }
        }

        public void Dispose() => _buffer.Release();
    }
}
