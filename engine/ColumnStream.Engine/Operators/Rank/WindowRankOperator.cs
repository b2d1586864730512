using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators.WindowAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Rank;

/// <summary>Ranks the rows of each window and partition, sends them when the watermark closes the window, and forgets them.</summary>
/// <remarks>Which groups a window has is not in checkpoints: it is found out anew from the rows.</remarks>
internal sealed unsafe class WindowRankOperator(WindowRankNode node) : Operator
{
    private const int ChunkRows = 4096;
    private readonly SortedList<long, Queue<(nint Group, uint Slot)>> _windows = [];
    private OperatorContext _context = null!;
    private RankStore _store = null!;
    private RankChanges _changes = null!;
    private NativeList<RankEntry> _entries = null!;
    private ProgressState _watermark = null!;
    private WindowTime _time = null!;
    private long _units;
    private long _closing = Watermark.Min;
    private int _endOffset;

    public override IReadOnlyList<OperatorState> States => [_store.Rows.State, _watermark];

    public override bool HasMore => _changes.IsPending || (_windows.Count > 0 && _windows.Keys[0] - 1 <= _closing);

    public override void Open(OperatorContext context)
    {
        _context = context;
        _store = new RankStore(node.Function, node.Partition, node.Order, node.End, isInsertOnly: true, context);
        _changes = new RankChanges(_store.Rows, node.OutputSchema(), node.HasNumber, context.Allocator);
        _entries = new NativeList<RankEntry>(context.Allocator);
        _watermark = new ProgressState("watermark", Watermark.Min, context.Allocator);
        _time = new WindowTime(node.IsLocal, context);
        _units = WindowMath.UnitsPerMs(context.Inputs[0].Fields[node.WindowEnd].Type);
        _endOffset = _store.Groups.Table.Layout.KeyOffsets[_store.Columns.PlaceOf(node.WindowEnd)];
        _store.OnGroup = Register;
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            Begin();
            batch = WithoutLate(batch);
            if (batch.Rows.Length > 0)
            {
                _store.Append(batch.Rows);
                _store.Sweep();
            }
        }
        finally
        {
            batch.Release();
        }
    }

    public override long Advance(long watermarkMs, Collector output)
    {
        Begin();
        _watermark.Value = watermarkMs;
        _closing = _time.Passed(watermarkMs);
        Continue(output);
        return watermarkMs;
    }

    public override void Continue(Collector output)
    {
        while (!_changes.IsPending && HasMore)
        {
            _changes.Clear();
            _store.Sweep();
            Close();
        }

        _changes.Emit(output, hasKinds: false);
        if (!_changes.IsPending)
        {
            _changes.Clear();
            _store.Sweep();
        }
    }

    protected override void Dispose(bool disposing)
    {
        _store?.Dispose();
        _changes?.Dispose();
        _entries?.Dispose();
    }

    private void Begin()
    {
        if (_store.WasRestored)
        {
            _windows.Clear();
        }

        _store.BeginBatch();
    }

    private void Register(nint group, uint slot)
    {
        long end = WindowMath.FloorDivide(*(long*)((byte*)group + _endOffset), _units);
        if (!_windows.TryGetValue(end, out Queue<(nint Group, uint Slot)>? groups))
        {
            _windows.Add(end, groups = new Queue<(nint Group, uint Slot)>());
        }

        groups.Enqueue((group, slot));
    }

    private StreamBatch WithoutLate(StreamBatch batch)
    {
        ArrayData column = batch.Rows.Columns[node.WindowEnd];
        ReadOnlySpan<long> ends = ((FixedWidthArray)column).Values<long>();
        if (column.NullCount > 0)
        {
            throw new UserException(4002, "Bound of a window must not be NULL.");
        }

        long passed = _time.Passed(_watermark.Value);
        int late = 0;
        foreach (long end in ends)
        {
            late += IsLate(end, passed) ? 1 : 0;
        }

        if (late == 0)
        {
            return batch;
        }

        _context.Count("lateRows", late);
        var kept = new int[batch.Rows.Length - late];
        int next = 0;
        for (int i = 0; i < ends.Length; i++)
        {
            if (!IsLate(ends[i], passed))
            {
                kept[next++] = i;
            }
        }

        RecordBatch rows = TakeKernel.Take(batch.Rows, kept, _context.Allocator);
        batch.Release();
        return new StreamBatch(rows);
    }

    private bool IsLate(long end, long passed) => WindowMath.FloorDivide(end, _units) - 1 <= passed;

    /// <summary>Collects the answer of the next groups of the first window that is closed, and lets them go.</summary>
    private void Close()
    {
        Queue<(nint Group, uint Slot)> groups = _windows.Values[0];
        while (_changes.Count < ChunkRows && groups.TryDequeue(out (nint Group, uint Slot) next))
        {
            var group = (byte*)next.Group;
            _entries.Count = 0;
            _store.List(group, 1, uint.MaxValue, _entries);
            for (int i = 0; i < _entries.Count; i++)
            {
                RankEntry entry = _entries.Pointer[i];
                if (entry.Rank >= node.Start && entry.Rank <= node.End)
                {
                    _changes.Add(_store.Rows.Table.Rows.Row(entry.Slot), RowKind.Insert, entry.Rank);
                }
            }

            _store.Drop(group, next.Slot);
        }

        if (groups.Count == 0)
        {
            _windows.RemoveAt(0);
        }
    }
}
