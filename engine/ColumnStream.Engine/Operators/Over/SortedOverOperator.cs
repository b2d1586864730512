using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators.Rank;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Over;

/// <summary>Keeps all rows in order and sends, behind each batch, the rows whose answers it has changed.</summary>
/// <remarks>
/// The rows behind the first change of a partition are computed as they were and as they are; who differs is an update. So
/// answers stand in no checkpoint. Equals stand in the order in which they came.
/// </remarks>
internal sealed unsafe class SortedOverOperator(SortedOverNode node) : Operator
{
    private const int ChunkRows = 4096;
    private readonly Schema _schema = node.OutputSchema();
    private readonly bool _makesOld = node.Changelog == ChangelogMode.Retract;
    private OperatorContext _context = null!;
    private SortedCalls _calls = null!;
    private RankStore _store = null!;
    private RankHistory _history = null!;
    private SortedRows _before = null!;
    private SortedRows _now = null!;
    private NativeList<RankEntry> _old = null!;
    private NativeList<RankEntry> _new = null!;
    private NativeList<Change> _changes = null!;
    private RecordBatch? _results;
    private int _next;

    public override IReadOnlyList<OperatorState> States => [_store.Rows.State];

    public override bool HasMore => _next < _changes.Count;

    public override void Open(OperatorContext context)
    {
        _context = context;
        _calls = new SortedCalls(node, context);
        _store = new RankStore(
            _calls.IsDense ? RankFunction.DenseRank : RankFunction.Rank, node.Partition, node.Order, long.MaxValue,
            node.InsertOnlyInput, context, _calls.CellBytes, node.StateTtlMs);
        _history = new RankHistory(_store, context.Allocator) { ListsAll = !_calls.GoesOn };
        _store.History = _history;
        _before = new SortedRows(_calls.IsDense, context.Allocator);
        _now = new SortedRows(_calls.IsDense, context.Allocator);
        _old = new NativeList<RankEntry>(context.Allocator);
        _new = new NativeList<RankEntry>(context.Allocator);
        _changes = new NativeList<Change>(context.Allocator);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            Begin();
            _store.Sweeper.Sweep();
            if (node.InsertOnlyInput)
            {
                _store.Append(batch.Rows);
            }
            else
            {
                _store.Change(batch);
            }
        }
        finally
        {
            batch.Release();
        }

        try
        {
            Compare();
        }
        catch (Exception error) when (error is EvaluationException or MemoryLimitException)
        {
            throw EvaluationErrors.ToUser(error);
        }

        Continue(output);
    }

    public override void Continue(Collector output)
    {
        if (HasMore)
        {
            Emit(output);
        }

        if (!HasMore)
        {
            _changes.Count = 0;
            _next = 0;
            _results?.Release();
            _results = null;
            _store.Sweep();
        }
    }

    public override void OnTimer(long clockMs, Collector output)
    {
        Begin();
        _store.Sweeper.OnTimer(clockMs);
        _store.Sweep();
    }

    protected override void Dispose(bool disposing)
    {
        _results?.Release();
        _results = null;
        _calls?.Dispose();
        _history?.Dispose();
        _store?.Dispose();
        _before?.Dispose();
        _now?.Dispose();
        _old?.Dispose();
        _new?.Dispose();
        _changes?.Dispose();
    }

    private void Begin()
    {
        bool isRestored = _store.WasRestored;
        _store.BeginBatch();
        if (!isRestored || _calls.CellBytes == 0)
        {
            return;
        }

        // Cells behind rows stand in no checkpoint.
        uint next = 1;
        StateTable groups = _store.Groups.Table;
        for (byte* group = groups.WalkLive(ref next); group is not null; group = groups.WalkLive(ref next))
        {
            _now.Clear();
            _new.Count = 0;
            _store.List(group, 1, uint.MaxValue, _new);
            List(group, 1, _new, _now);
            SortedCalls.Release(_calls.Evaluate(_now, _store.Rows, keeps: true));
        }
    }

    private void List(byte* group, uint low, NativeList<RankEntry> entries, SortedRows target)
    {
        byte* seed = null;
        if (low > 1 && _store.Tree.Select(_store.Groups.Root(group), low - 1, out _) is not 0 and uint slot)
        {
            seed = Row(slot);
        }

        target.Begin(seed);
        long position = low;
        for (int i = 0; i < entries.Count; i++)
        {
            position = target.Add(Row(entries.Pointer[i].Slot), entries.Pointer[i], position);
        }
    }

    private byte* Row(uint slot) => _store.Rows.Table.Rows.Row(slot);

    /// <summary>Finds out which answers the batch has changed.</summary>
    private void Compare()
    {
        _before.Clear();
        _now.Clear();
        for (int g = 0; g < _history.Count; g++)
        {
            _old.Count = 0;
            _new.Count = 0;
            uint low = _history.List(g, _old, _new);
            List(_history.Group(g), low, _old, _before);
            List(_history.Group(g), low, _new, _now);
        }

        if (_history.Count == 0)
        {
            return;
        }

        ArrayData[] old = _calls.Evaluate(_before, _store.Rows, keeps: false);
        ArrayData[] now = [];
        try
        {
            now = _calls.Evaluate(_now, _store.Rows, keeps: true);
            var columns = new ArrayData[old.Length];
            for (int c = 0; c < columns.Length; c++)
            {
                columns[c] = ArrayConcat.Concat([old[c], now[c]], _context.Allocator);
            }

            var fields = _schema.Fields.Span[^columns.Length..];
            _results = new RecordBatch(
                new Schema(ValueList.Create<Field>(fields)), columns, _before.Count + _now.Count);
        }
        finally
        {
            SortedCalls.Release(old);
            SortedCalls.Release(now);
        }

        int[] beforeStarts = _before.Partitions();
        int[] nowStarts = _now.Partitions();
        for (int g = 0; g < _history.Count; g++)
        {
            Compare(beforeStarts[g], beforeStarts[g + 1], nowStarts[g], nowStarts[g + 1]);
            _history.Forget(g);
        }

        _history.Clear();
    }

    /// <summary>Compares the rows of one partition; copies of a row stand side by side in both lists.</summary>
    private void Compare(int beforeStart, int beforeEnd, int nowStart, int nowEnd)
    {
        int mark = _store.Rows.Mark;
        for (int n = nowEnd - 1; n >= nowStart; n--)
        {
            *(long*)(_now.Rows[n] + mark) = n + 1;
        }

        for (int b = beforeStart; b < beforeEnd;)
        {
            byte* row = _before.Rows[b];
            ref long place = ref *(long*)(row + mark);
            int n = place == 0 ? nowEnd : (int)place - 1;
            place = 0;
            for (; b < beforeEnd && _before.Rows[b] == row; b++)
            {
                if (n < nowEnd && _now.Rows[n] == row)
                {
                    Update(row, b, n++);
                }
                else
                {
                    Add(row, RowKind.Delete, b);
                }
            }

            for (; n < nowEnd && _now.Rows[n] == row; n++)
            {
                Add(row, RowKind.Insert, _before.Count + n);
            }
        }

        for (int n = nowStart; n < nowEnd; n++)
        {
            byte* row = _now.Rows[n];
            if (*(long*)(row + mark) == 0)
            {
                continue;
            }

            *(long*)(row + mark) = 0;
            for (Add(row, RowKind.Insert, _before.Count + n); n + 1 < nowEnd && _now.Rows[n + 1] == row; n++)
            {
                Add(row, RowKind.Insert, _before.Count + n + 1);
            }
        }
    }

    private void Update(byte* row, int before, int now)
    {
        if (new RowContent(_results!, before).Equals(new RowContent(_results!, _before.Count + now)))
        {
            return;
        }

        if (_makesOld)
        {
            Add(row, RowKind.UpdateBefore, before);
        }

        Add(row, RowKind.UpdateAfter, _before.Count + now);
    }

    private void Add(byte* row, RowKind kind, int result) =>
        _changes.Add(new Change { Row = (nint)row, Kind = kind, Result = result });

    /// <summary>Sends the next chunk; an update's halves stay together.</summary>
    private void Emit(Collector output)
    {
        int count = Math.Min(ChunkRows, _changes.Count - _next);
        Change* changes = _changes.Pointer + _next;
        count -= changes[count - 1].Kind == RowKind.UpdateBefore ? 1 : 0;
        using var rows = new NativeList<nint>(_context.Allocator);
        int[] results = new int[count];
        NativeBuffer kinds = _context.Allocator.Allocate(count);
        for (int i = 0; i < count; i++)
        {
            rows.Add(changes[i].Row);
            results[i] = changes[i].Result;
            kinds.Pointer[i] = (byte)changes[i].Kind;
        }

        _next += count;
        var columns = new ArrayData[_schema.Fields.Count];
        _store.Columns.Gather(_store.Rows.Layout, (byte**)rows.Pointer, count, columns, _context.Allocator);
        for (int c = 0; c < node.Calls.Count; c++)
        {
            columns[^(node.Calls.Count - c)] = TakeKernel.Take(_results!.Columns[c], results, _context.Allocator);
        }

        output.Emit(new StreamBatch(new RecordBatch(_schema, columns, count), kinds));
    }

    private struct Change
    {
        public nint Row;
        public int Result;
        public RowKind Kind;
    }
}
