using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators.GroupAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.WindowAggregate;

/// <summary>Aggregates by window and gives results before the end and for late rows too: each time the change since the last one.</summary>
/// <remarks>
/// <code>
/// row comes      into every window of it that is not gone; none left: the row is late
/// early          with the batch, or when the delay after the first change is over
/// end passes     once more, what has changed since
/// late           as early, until the end and the lateness have passed: then the window goes
/// </code>
/// Each window has tables of its own, by its end. What a group gave last stands in its row, so that a restart takes back
/// exactly that.
/// </remarks>
internal sealed unsafe class FiringWindowOperator(WindowAggregateNode node) : Operator
{
    private const int ChunkRows = 4096;
    private readonly List<OperatorState> _states = [];
    private readonly SortedList<long, WindowState> _windows = [];
    private readonly Queue<long> _queue = new();
    private readonly WindowMath _math = new(node.Window);
    private readonly WindowFiring _rule = node.Firing!;
    private OperatorContext _context = null!;
    private WindowTime _time = null!;
    private LateRowList _late = null!;
    private AggregatePlan _plan = null!;
    private GroupUpdater _updater = null!;
    private SliceRuns _runs = null!;
    private SliceStore _store = null!;
    private WindowChanges _changes = null!;
    private ProgressState _fired = null!;
    private Schema _schema = null!;
    private long? _target;
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
            node.Keys, node.Aggregates, context.Inputs[0], node.InsertOnlyInput, keepsGiven: true);
        _updater = new GroupUpdater(_plan, context.Allocator);
        _runs = new SliceRuns(_math, node.Window.TimeColumn, context.Allocator);
        _store = new SliceStore(_plan, context.Pages, context.Allocator);
        _changes = new WindowChanges(_plan, _schema, node.Changelog == ChangelogMode.Retract, context.Allocator);
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

        // What a restore brings may be due.
        _time.WakeIn(1);
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

            if (node.Window.IsProctime)
            {
                _runs.One(batch.Rows.Length, _math.SliceOf(Math.Max(_time.Now(), _fired.Value + 1)));
            }
            else
            {
                RefuseNullTime(batch.Rows);
                batch = _runs.Cut(batch);
            }

            _updater.Prepare(batch.Rows, batch.Kinds);
            Fold();
            _late.Flush(batch.Rows);
        }
        finally
        {
            _updater.Release();
            batch.Release();
        }

        Start(output);
    }

    public override long Advance(long watermarkMs, Collector output)
    {
        if (!node.Window.IsProctime)
        {
            Pass(_time.Passed(watermarkMs), output);
        }

        return watermarkMs;
    }

    public override void OnTimer(long clockMs, Collector output)
    {
        _time.Woken();
        LinkRestored();
        foreach ((long end, WindowState window) in _windows)
        {
            if (window.DueMs <= clockMs)
            {
                _queue.Enqueue(end);
            }
        }

        if (node.Window.IsProctime)
        {
            Pass(_time.PassedNow(), output);
            return;
        }

        Start(output);
    }

    public override void Finish(Collector output)
    {
        if (node.Window.IsProctime)
        {
            Pass(Watermark.Max, output);
        }
    }

    public override void Continue(Collector output) => Fire(output);

    protected override void Dispose(bool disposing)
    {
        _updater?.Dispose();
        _late?.Dispose();
        _changes?.Dispose();
        _store?.Dispose();
        foreach (OperatorState state in _states)
        {
            (state as SliceState)?.Dispose();
        }
    }

    private SliceState NewState(string name, int values, StateLayout layout) =>
        new(name, _store, values, layout, _context.Pages, _context.Allocator, _context.KeyGroups);

    private void RefuseNullTime(RecordBatch rows)
    {
        if (rows.Columns[node.Window.TimeColumn].NullCount > 0)
        {
            string name = rows.Schema.Fields[node.Window.TimeColumn].Name;
            throw new UserException(4002, $"Rowtime must not be NULL: column {name}.");
        }
    }

    /// <summary>Folds each run of the batch into all its windows that are not gone.</summary>
    private void Fold()
    {
        long gone = _fired.Value < Watermark.Min + _rule.LatenessMs ? Watermark.Min : _fired.Value - _rule.LatenessMs;
        foreach ((int start, int end, long slice) in _runs.Runs)
        {
            bool isHeld = _math.LastEnd(slice) <= slice;
            for (long? windowEnd = _math.NextEnd(slice, gone); windowEnd is long next; windowEnd = _math.NextEnd(slice, next - 1))
            {
                isHeld = true;
                if (!_windows.TryGetValue(next, out WindowState? window))
                {
                    window = Begin(next);
                }

                _updater.Update(_store.Get(next), start, end);
                Note(next, window);
            }

            if (!isHeld)
            {
                _late.Add(start, end);
            }
        }

    }

    private WindowState Begin(long end)
    {
        var window = new WindowState();
        _windows.Add(end, window);
        _store.Get(end).Groups.BeginBatch();
        return window;
    }

    /// <summary>Notes that a window has changes, and when they are to be given.</summary>
    private void Note(long end, WindowState window)
    {
        long delay = end - 1 <= _fired.Value ? _rule.LateMs : _rule.EarlyMs;
        window.HasChanges = true;
        if (delay == 0 && !_queue.Contains(end))
        {
            _queue.Enqueue(end);
        }
        else if (delay > 0 && window.DueMs == long.MaxValue)
        {
            window.DueMs = _context.ClockMs() + delay;
        }
    }

    private void Pass(long timeMs, Collector output)
    {
        LinkRestored();
        _target = Math.Max(timeMs, _fired.Value);
        long gone = _target.Value < Watermark.Min + _rule.LatenessMs ? Watermark.Min : _target.Value - _rule.LatenessMs;
        gone = _target == Watermark.Max ? Watermark.Max : gone;
        foreach ((long end, WindowState window) in _windows)
        {
            bool ends = end - 1 > _fired.Value && end - 1 <= _target;
            if ((ends || (window.HasChanges && end - 1 <= gone)) && !_queue.Contains(end))
            {
                _queue.Enqueue(end);
            }
        }

        Start(output);
    }

    private void Start(Collector output)
    {
        _isFiring = true;
        Fire(output);
    }

    /// <summary>Gives the changes of the windows in the queue until a chunk is out or none is left.</summary>
    private void Fire(Collector output)
    {
        while (_isFiring)
        {
            if (!_changes.IsOpen)
            {
                if (!_queue.TryDequeue(out long next))
                {
                    _isFiring = false;
                    End();
                    return;
                }

                _changes.Begin(_store.Get(next), next, _windows[next].IsRestored);
            }

            long end = _changes.End;
            ArrayData[]? columns = _changes.Next(ChunkRows, out NativeBuffer? kinds, out int count);
            if (!_changes.IsOpen)
            {
                WindowState window = _windows[end];
                window.HasChanges = false;
                window.IsRestored = false;
                window.DueMs = long.MaxValue;
            }

            if (columns is not null)
            {
                int first = node.Keys.Count + node.Aggregates.Count;
                WindowColumns.Fill(columns, first, _schema, _math.StartOf(end), end, _time, count, _context.Allocator);
                output.Emit(new StreamBatch(new RecordBatch(_schema, columns, count), kinds));
                return;
            }
        }
    }

    /// <summary>Drops windows that are gone and asks to be woken for what is due next.</summary>
    private void End()
    {
        if (_target is long target)
        {
            _target = null;
            _fired.Value = target;
            while (_windows.Count > 0 && (target == Watermark.Max || _windows.Keys[0] - 1 + _rule.LatenessMs <= target))
            {
                _store.Drop(_windows.Keys[0]);
                _windows.RemoveAt(0);
            }
        }

        long due = long.MaxValue;
        long? nextEnd = null;
        foreach ((long end, WindowState window) in _windows)
        {
            due = Math.Min(due, window.DueMs);
            nextEnd ??= end - 1 > _fired.Value ? end : null;
        }

        if (due != long.MaxValue)
        {
            _time.WakeIn(Math.Max(1, due - _context.ClockMs()));
        }

        if (node.Window.IsProctime)
        {
            _time.Arm(nextEnd);
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
        _windows.Clear();
        foreach ((long end, GroupTables tables) in _store.Slices)
        {
            for (int i = 0; i < _plan.Sets.Length; i++)
            {
                _plan.Sets[i]?.Relink(tables.Values[i]!, tables.Groups, _plan.Heads[i], _context.Allocator);
            }

            WindowState window = Begin(end);
            window.IsRestored = true;
            window.HasChanges = true;
            long delay = end - 1 <= _fired.Value ? _rule.LateMs : _rule.EarlyMs;
            window.DueMs = delay < 0 ? long.MaxValue : _context.ClockMs() + delay;
        }
    }

    private sealed class WindowState
    {
        public bool HasChanges { get; set; }

        /// <summary>Gets or sets whether it is not known which groups have changed.</summary>
        public bool IsRestored { get; set; }

        public long DueMs { get; set; } = long.MaxValue;
    }
}
