using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators.GroupAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.WindowAggregate;

/// <summary>Folds rows into slices of time and emits each window once, when the watermark passes its end.</summary>
internal sealed unsafe class WindowAggregateOperator(WindowAggregateNode node) : WindowOperator(node.Window)
{
    private readonly WindowMath _math = new(node.Window);
    private readonly Schema _schema = node.OutputSchema();
    private AggregatePlan _plan = null!;
    private GroupUpdater _updater = null!;
    private WindowMerger _merger = null!;
    private SliceRuns _runs = null!;
    private SliceStore _slices = null!;
    private NativeList<nint> _rows = null!;
    private KeyGroupProgress? _given;
    private NativeList<nint>? _best;
    private int _bestCall = -1;
    private RunningWindow? _running;
    private GroupTables? _merged;
    private StateTable? _source;
    private long _end;
    private uint _cursor;

    protected override void OpenWindows()
    {
        _plan = new AggregatePlan(
            node.Keys, node.Aggregates, Context.Inputs[0], node.InsertOnlyInput,
            partialsAt: node.TakesPartials ? node.Keys.Count + 1 : -1);
        _updater = Own(new GroupUpdater(_plan, Context.Allocator));
        _merger = Own(new WindowMerger(_plan, Context.Allocator, Context.Trim));
        _runs = new SliceRuns(_math, Window.TimeColumn, Context.Allocator);
        _slices = Own(new SliceStore(_plan, Context, StateList));
        _running = RunningWindow.CountOffset(_plan) is >= 0 and int countOffset
            ? Own(new RunningWindow(_slices, _merger, countOffset))
            : null;
        _rows = Own(new NativeList<nint>(Context.Allocator));
        for (int i = 0; i < node.Aggregates.Count; i++)
        {
            _bestCall = node.Aggregates[i].StateId == node.Best ? i : _bestCall;
        }

        _best = _bestCall >= 0 ? Own(new NativeList<nint>(Context.Allocator)) : null;
        if (Window is { IsProctime: true, Kind: WindowKind.Hop or WindowKind.Cumulate })
        {
            // A slice that gave some of its windows may meet, behind a rescale, rows that have not.
            _given = new KeyGroupProgress("given", Watermark.Min, Context);
            StateList.Add(_given);
        }
    }

    public override bool HoldsRows => HasMore && _best is not null;

    protected override void Relink()
    {
        _running?.Reset();
        DropFired();
        _slices.Relink();
    }

    protected override void Fold(ref StreamBatch batch)
    {
        if (Window.IsProctime && !_math.IsAttached)
        {
            _runs.One(batch.Rows.Length, _math.SliceOf(TimeAt(Time.NowInstant())));
        }
        else
        {
            batch = _runs.Cut(batch);
        }

        _updater.Prepare(batch.Rows, batch.Kinds);
        Fold(batch.Rows);
    }

    protected override void Forget() => _updater.Release();

    protected override void Begin()
    {
    }

    protected override StreamBatch? Next(out bool isLast)
    {
        isLast = _source is null && !BeginWindow();
        return isLast ? null : NextChunk();
    }

    protected override void Given()
    {
        _given?.Raise(Fired.Value);
        DropFired();
    }

    /// <summary>Returns the first end of a window that has not fired and has a slice.</summary>
    protected override long? NextEnd()
    {
        long? next = null;
        foreach (long slice in _slices.Slices.Keys)
        {
            long? end = _math.NextEnd(slice, Fired.Value);
            next = end is not null && (next is null || end < next) ? end : next;
        }

        return next;
    }

    /// <summary>Folds each run of the batch into its slice; rows whose windows have all fired are late.</summary>
    private void Fold(RecordBatch rows)
    {
        foreach ((int start, int end, long slice) in _runs.Runs)
        {
            long lastEnd = _math.LastEnd(slice);
            if (lastEnd <= slice)
            {
                // HOP with a slide above its size leaves gaps that no window holds.
                continue;
            }

            if (lastEnd - 1 <= Fired.Value)
            {
                Late.Add(
                    start, end, node.TakesPartials ? PartialCells.CountRows(rows, _plan.PartialsAt, start, end) : end - start);
                continue;
            }

            _running?.Change(slice);
            _updater.Update(_slices.Get(slice), start, end);
        }
    }

    private bool BeginWindow()
    {
        if (NextEnd() is not long windowEnd || windowEnd - 1 > Target)
        {
            return false;
        }

        _end = windowEnd;
        _cursor = 1;
        long start = _math.StartOf(windowEnd);
        GroupTables? only = null;
        int members = 0;
        foreach ((long slice, GroupTables tables) in _slices.Slices)
        {
            if (slice >= start && slice < windowEnd)
            {
                members++;
                only = tables;
            }
        }

        _source = members == 1 ? only!.Groups : Merge(start, windowEnd);
        _source.EnsureOpen();
        if (_best is not null)
        {
            FindBest(_best);
        }

        return true;
    }

    private StateTable Merge(long start, long end)
    {
        if (_running is not null)
        {
            return _running.MoveTo(start, end).Groups;
        }

        _merged = _slices.Rent();
        foreach ((long slice, GroupTables tables) in _slices.Slices)
        {
            if (slice >= start && slice < end)
            {
                _merger.Merge(tables, _merged);
            }
        }

        return _merged.Groups;
    }

    /// <summary>Makes the next rows of the window, null when there are none.</summary>
    private StreamBatch? NextChunk()
    {
        _rows.Count = 0;
        bool done = false;
        while (_rows.Count < ChunkRows)
        {
            byte* row = _best is null ? _source!.NextLive(ref _cursor) : NextBest(_best);
            if (row is null)
            {
                done = true;
                break;
            }

            if (_plan.RowCountOffset < 0 || *(long*)(row + _plan.RowCountOffset) > 0)
            {
                _rows.Add((nint)row);
            }
        }

        if (_given is not null && _given.Most >= _end - 1)
        {
            DropGiven();
        }

        StreamBatch? chunk = _rows.Count > 0 ? new StreamBatch(Build()) : null;
        if (done)
        {
            EndWindow();
        }

        return chunk;
    }

    /// <summary>Lists the groups with the greatest count.</summary>
    private void FindBest(NativeList<nint> best)
    {
        best.Count = 0;
        int counter = _plan.Accumulators[_bestCall].Offset;
        long most = long.MinValue;
        uint next = 1;
        for (byte* row = _source!.NextLive(ref next); row is not null; row = _source.NextLive(ref next))
        {
            long count = *(long*)(row + counter);
            if (count < most || (_plan.RowCountOffset >= 0 && *(long*)(row + _plan.RowCountOffset) <= 0))
            {
                continue;
            }

            best.Count = count > most ? 0 : best.Count;
            most = count;
            best.Add((nint)row);
        }
    }

    private byte* NextBest(NativeList<nint> best) =>
        _cursor > best.Count ? null : (byte*)best.Pointer[_cursor++ - 1];

    /// <summary>Leaves out the groups that gave this window before a rescale.</summary>
    private void DropGiven()
    {
        ulong* hashes = stackalloc ulong[StateTable.BlockRows];
        var rows = (byte**)_rows.Pointer;
        int kept = 0;
        for (int at = 0; at < _rows.Count; at += StateTable.BlockRows)
        {
            int count = Math.Min(StateTable.BlockRows, _rows.Count - at);
            RowColumns.Hash(_plan.Layout, rows + at, count, hashes, Context.Allocator);
            for (int i = 0; i < count; i++)
            {
                rows[kept] = rows[at + i];
                kept += _given!.Of(hashes[i]) < _end - 1 ? 1 : 0;
            }
        }

        _rows.Count = kept;
    }

    private void EndWindow()
    {
        _source = null;
        Fired.Value = _end - 1;
        _given?.Raise(Fired.Value);
        if (_merged is not null)
        {
            _slices.Return(_merged);
            _merged = null;
        }

        DropFired();
    }

    private void DropFired()
    {
        IList<long> starts = _slices.Slices.Keys;
        for (int i = starts.Count - 1; i >= 0; i--)
        {
            if (_math.LastEnd(starts[i]) - 1 <= Fired.Value)
            {
                _running?.Leave(starts[i], _slices.Slices[starts[i]]);
                _slices.Drop(starts[i]);
            }
        }
    }

    private RecordBatch Build()
    {
        int count = _rows.Count;
        var columns = new ArrayData[_schema.Fields.Count];
        ResultColumns.Build(_plan, (byte**)_rows.Pointer, count, columns, Context.Allocator);
        int first = node.Keys.Count + node.Aggregates.Count;
        WindowColumns.Fill(columns, first, _schema, _math.StartOf(_end), _end, Time, count, Context.Allocator);
        return new RecordBatch(_schema, columns, count);
    }
}
