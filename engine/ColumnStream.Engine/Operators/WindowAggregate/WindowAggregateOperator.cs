using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators.GroupAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.WindowAggregate;

/// <summary>Folds rows into slices of time and emits each window once, when the watermark passes its end.</summary>
internal sealed unsafe class WindowAggregateOperator(WindowAggregateNode node) : Operator
{
    private const int ChunkRows = 4096;
    private readonly List<OperatorState> _states = [];
    private readonly WindowMath _math = new(node.Window);
    private OperatorContext _context = null!;
    private WindowTime _time = null!;
    private LateRowList _late = null!;
    private AggregatePlan _plan = null!;
    private GroupUpdater _updater = null!;
    private WindowMerger _merger = null!;
    private SliceRuns _runs = null!;
    private SliceStore _slices = null!;
    private ProgressState _fired = null!;
    private NativeList<nint> _rows = null!;
    private Schema _schema = null!;
    private RunningWindow? _running;
    private GroupTables? _merged;
    private StateTable? _source;
    private long _end;
    private long _target;
    private uint _cursor;
    private bool _isFiring;
    private int _restores;

    public override IReadOnlyList<OperatorState> States => _states;

    public override bool HasMore => _isFiring;

    public override void Open(OperatorContext context)
    {
        _context = context;
        _time = new WindowTime(node.Window, context);
        _late = new LateRowList(context);
        _schema = node.OutputSchema();
        _plan = new AggregatePlan(
            node.Keys, node.Aggregates, context.Inputs[0], node.InsertOnlyInput,
            partialsAt: node.TakesPartials ? node.Keys.Count + 1 : -1);
        _updater = new GroupUpdater(_plan, context.Allocator);
        _merger = new WindowMerger(_plan, context.Allocator);
        _runs = new SliceRuns(_math, node.Window.TimeColumn, context.Allocator);
        _slices = new SliceStore(_plan, context.Pages, context.Allocator);
        _running = RunningWindow.CountOffset(_plan) is >= 0 and int countOffset
            ? new RunningWindow(_slices, _merger, countOffset)
            : null;
        _rows = new NativeList<nint>(context.Allocator);
        _fired = new ProgressState("watermark", Watermark.Min, context.Allocator);
        _states.Add(_fired);
        _states.Add(NewState("groups", -1, _plan.Layout));
        for (int i = 0; i < _plan.Sets.Length; i++)
        {
            if (_plan.Sets[i] is ValueSet set)
            {
                _states.Add(NewState($"values.{node.Aggregates[i].StateId}", i, set.Layout));
            }
        }

        if (node.Window.IsProctime)
        {
            // What a restore brings may have ended meanwhile.
            _time.WakeIn(1);
        }
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            LinkRestored();
            if (batch.Rows.Length == 0)
            {
                return;
            }

            if (node.Window.IsProctime && !_math.IsAttached)
            {
                // Time that has been fired is over, even where the clock went back.
                _runs.One(batch.Rows.Length, _math.SliceOf(Math.Max(_time.Now(), _fired.Value + 1)));
            }
            else
            {
                RefuseNullTime(batch.Rows);
                batch = _runs.Cut(batch);
            }

            _updater.Prepare(batch.Rows, batch.Kinds);
            Fold(batch.Rows);
            _late.Flush(batch.Rows);
            ArmTimer();
        }
        finally
        {
            _updater.Release();
            batch.Release();
        }
    }

    public override long Advance(long watermarkMs, Collector output)
    {
        if (!node.Window.IsProctime)
        {
            FireTo(_time.Passed(watermarkMs), output);
        }

        return watermarkMs;
    }

    public override void OnTimer(long clockMs, Collector output)
    {
        _time.Woken();
        FireTo(_time.PassedNow(), output);
    }

    public override void Finish(Collector output)
    {
        if (node.Window.IsProctime)
        {
            // No row is lost: what is open at the end is given as it stands.
            FireTo(Watermark.Max, output);
        }
    }

    public override void Continue(Collector output) => Fire(output);

    protected override void Dispose(bool disposing)
    {
        _updater?.Dispose();
        _late?.Dispose();
        _merger?.Dispose();
        _rows?.Dispose();
        _merged?.Dispose();
        _running?.Dispose();
        _slices?.Dispose();
        foreach (OperatorState state in _states)
        {
            (state as SliceState)?.Dispose();
        }
    }

    private SliceState NewState(string name, int values, StateLayout layout) =>
        new(name, _slices, values, layout, _context.Pages, _context.Allocator, _context.KeyGroups);

    private void RefuseNullTime(RecordBatch rows)
    {
        if (rows.Columns[node.Window.TimeColumn].NullCount > 0)
        {
            string name = rows.Schema.Fields[node.Window.TimeColumn].Name;
            throw new UserException(4002, $"Rowtime must not be NULL: column {name}.");
        }
    }

    private void FireTo(long timeMs, Collector output)
    {
        LinkRestored();
        _target = Math.Max(timeMs, _fired.Value);
        _isFiring = true;
        Fire(output);
    }

    private void ArmTimer()
    {
        if (node.Window.IsProctime)
        {
            _time.Arm(NextEnd());
        }
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

            if (lastEnd - 1 <= _fired.Value)
            {
                _late.Add(
                    start, end, node.TakesPartials ? PartialCells.CountRows(rows, _plan.PartialsAt, start, end) : end - start);
                continue;
            }

            _running?.Change(slice);
            _updater.Update(_slices.Get(slice), start, end);
        }

    }

    /// <summary>Goes on firing windows up to the watermark until a chunk is out or none is left.</summary>
    private void Fire(Collector output)
    {
        while (_isFiring)
        {
            if (_source is null && !BeginWindow())
            {
                _fired.Value = _target;
                DropFired();
                _isFiring = false;
                ArmTimer();
                return;
            }

            if (EmitChunk(output))
            {
                return;
            }
        }
    }

    private bool BeginWindow()
    {
        if (NextEnd() is not long windowEnd || windowEnd - 1 > _target)
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
        return true;
    }

    /// <summary>Returns the first end of a window that has not fired and has a slice.</summary>
    private long? NextEnd()
    {
        long? next = null;
        foreach (long slice in _slices.Slices.Keys)
        {
            long? end = _math.NextEnd(slice, _fired.Value);
            next = end is not null && (next is null || end < next) ? end : next;
        }

        return next;
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

    /// <summary>Emits the next rows of the window; returns whether there were any.</summary>
    private bool EmitChunk(Collector output)
    {
        _rows.Count = 0;
        bool done = false;
        while (_rows.Count < ChunkRows)
        {
            byte* row = _source!.NextLive(ref _cursor);
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

        bool any = _rows.Count > 0;
        if (any)
        {
            output.Emit(new StreamBatch(Build()));
        }

        if (done)
        {
            EndWindow();
        }

        return any;
    }

    private void EndWindow()
    {
        _source = null;
        _fired.Value = _end - 1;
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
            if (_math.LastEnd(starts[i]) - 1 <= _fired.Value)
            {
                _running?.Leave(starts[i], _slices.Slices[starts[i]]);
                _slices.Drop(starts[i]);
            }
        }
    }

    private void LinkRestored()
    {
        int restores = 0;
        foreach (OperatorState state in _states)
        {
            restores += (state as SliceState)?.Restores ?? 0;
        }

        if (restores == _restores)
        {
            return;
        }

        _restores = restores;
        _running?.Reset();
        DropFired();
        foreach (GroupTables tables in _slices.Slices.Values)
        {
            for (int i = 0; i < _plan.Sets.Length; i++)
            {
                _plan.Sets[i]?.Relink(tables.Values[i]!, tables.Groups, _plan.Heads[i], _context.Allocator);
            }
        }
    }

    private RecordBatch Build()
    {
        int count = _rows.Count;
        var columns = new ArrayData[_schema.Fields.Count];
        ResultColumns.Build(_plan, (byte**)_rows.Pointer, count, columns, _context.Allocator);
        int first = node.Keys.Count + node.Aggregates.Count;
        WindowColumns.Fill(columns, first, _schema, _math.StartOf(_end), _end, _time, count, _context.Allocator);
        return new RecordBatch(_schema, columns, count);
    }
}
