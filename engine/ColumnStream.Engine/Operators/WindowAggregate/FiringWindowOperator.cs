using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
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
/// exactly that. When the first changes are due is kept too: what fell due while the job was down comes when it is back.
/// </remarks>
internal sealed unsafe class FiringWindowOperator(WindowAggregateNode node) : WindowOperator(node.Window)
{
    private readonly SortedList<long, WindowState> _windows = [];
    private readonly Queue<long> _queue = new();
    private readonly WindowMath _math = new(node.Window);
    private readonly WindowFiring _rule = node.Firing!;
    private readonly Schema _schema = node.OutputSchema();
    private AggregatePlan _plan = null!;
    private GroupUpdater _updater = null!;
    private SliceRuns _runs = null!;
    private SliceStore _store = null!;
    private WindowChanges _changes = null!;
    private ProgressState _due = null!;

    protected override bool WakesAtOpen => true;

    protected override void OpenWindows()
    {
        _plan = new AggregatePlan(
            node.Keys, node.Aggregates, Context.Inputs[0], node.InsertOnlyInput, keepsGiven: true);
        _updater = Own(new GroupUpdater(_plan, Context.Allocator));
        _runs = new SliceRuns(_math, Window.TimeColumn, Context.Allocator)
        {
            KeepsOrder = Window.Kind != WindowKind.Tumble && _plan.IsOrdered,
        };
        _store = Own(new SliceStore(_plan, Context, StateList));
        _changes = Own(new WindowChanges(_plan, _schema, node.Changelog == ChangelogMode.Retract, Context.Allocator));
        _due = new ProgressState("due", long.MaxValue, Context.Allocator);
        StateList.Add(_due);
    }

    protected override void Relink()
    {
        _windows.Clear();
        _store.Relink();
        foreach (long end in _store.Slices.Keys)
        {
            WindowState window = OpenWindow(end);
            window.IsRestored = true;
            window.HasChanges = true;
            window.DueMs = _due.Value == long.MaxValue || DelayOf(end) < 0
                ? long.MaxValue : Context.ClockMs() + Math.Max(0, _due.Value - Time.NowInstant());
        }
    }

    protected override void Fold(ref StreamBatch batch)
    {
        if (Window.IsProctime)
        {
            _runs.One(batch.Rows.Length, _math.SliceOf(TimeAt(Time.NowInstant())));
        }
        else
        {
            batch = _runs.Cut(batch);
        }

        _updater.Prepare(batch.Rows, batch.Kinds);
        Fold();
    }

    protected override void Forget() => _updater.Release();

    protected override void Folded(Collector output) => FireTo(Fired.Value, output);

    protected override void Due(long clockMs)
    {
        foreach ((long end, WindowState window) in _windows)
        {
            if (window.DueMs <= clockMs)
            {
                _queue.Enqueue(end);
            }
        }
    }

    /// <summary>Lines up the windows that end, and those that go with changes that were not given.</summary>
    protected override void Begin()
    {
        long gone = Gone(Target);
        foreach ((long end, WindowState window) in _windows)
        {
            bool ends = end - 1 > Fired.Value && end - 1 <= Target;
            if ((ends || (window.HasChanges && end - 1 <= gone)) && !_queue.Contains(end))
            {
                _queue.Enqueue(end);
            }
        }
    }

    /// <summary>Makes the next changes of the windows in the queue.</summary>
    protected override StreamBatch? Next(out bool isLast)
    {
        isLast = false;
        if (!_changes.IsOpen)
        {
            if (!_queue.TryDequeue(out long next))
            {
                isLast = true;
                return null;
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

        if (columns is null)
        {
            return null;
        }

        int first = node.Keys.Count + node.Aggregates.Count;
        WindowColumns.Fill(columns, first, _schema, _math.StartOf(end), end, Time, count, Context.Allocator);
        return new StreamBatch(new RecordBatch(_schema, columns, count), kinds);
    }

    /// <summary>Drops windows that are gone and asks to be woken for what is due next.</summary>
    protected override void Given()
    {
        long gone = Gone(Fired.Value);
        while (_windows.Count > 0 && _windows.Keys[0] - 1 <= gone)
        {
            _store.Drop(_windows.Keys[0]);
            _windows.RemoveAt(0);
        }

        long due = long.MaxValue;
        foreach (WindowState window in _windows.Values)
        {
            due = Math.Min(due, window.DueMs);
        }

        _due.Value = long.MaxValue;
        if (due != long.MaxValue)
        {
            long delay = Math.Max(1, due - Context.ClockMs());
            _due.Value = Time.NowInstant() + delay;
            Time.WakeIn(delay);
        }
    }

    protected override long? NextEnd()
    {
        foreach (long end in _windows.Keys)
        {
            if (end - 1 > Fired.Value)
            {
                return end;
            }
        }

        return null;
    }

    /// <summary>Returns up to which end windows are gone when time has come to <paramref name="firedMs"/>.</summary>
    private long Gone(long firedMs) => firedMs switch
    {
        Watermark.Max => Watermark.Max,
        _ when firedMs < Watermark.Min + _rule.LatenessMs => Watermark.Min,
        _ => firedMs - _rule.LatenessMs,
    };

    /// <summary>Folds each run of the batch into all its windows that are not gone.</summary>
    private void Fold()
    {
        long gone = Gone(Fired.Value);
        foreach ((int start, int end, long slice) in _runs.Runs)
        {
            bool isHeld = _math.LastEnd(slice) <= slice;
            for (long? windowEnd = _math.NextEnd(slice, gone); windowEnd is long next; windowEnd = _math.NextEnd(slice, next - 1))
            {
                isHeld = true;
                if (!_windows.TryGetValue(next, out WindowState? window))
                {
                    window = OpenWindow(next);
                }

                _updater.Update(_store.Get(next), start, end);
                Note(next, window);
            }

            if (!isHeld)
            {
                Late.Add(start, end);
            }
        }
    }

    private WindowState OpenWindow(long end)
    {
        var window = new WindowState();
        _windows.Add(end, window);
        _store.Get(end).Groups.BeginBatch();
        return window;
    }

    /// <summary>Returns how long changes of a window wait; below 0 for its end.</summary>
    private long DelayOf(long end) => end - 1 <= Fired.Value ? _rule.LateMs : _rule.EarlyMs;

    /// <summary>Notes that a window has changes, and when they are to be given.</summary>
    private void Note(long end, WindowState window)
    {
        long delay = DelayOf(end);
        window.HasChanges = true;
        if (delay == 0 && !_queue.Contains(end))
        {
            _queue.Enqueue(end);
        }
        else if (delay > 0 && window.DueMs == long.MaxValue)
        {
            window.DueMs = Context.ClockMs() + delay;
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
