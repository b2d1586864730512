using System;
using System.Collections.Generic;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.WindowAggregate;

/// <summary>Folds batches into windows and gives windows, a chunk at a time, when their time has passed.</summary>
/// <remarks>
/// <code>
/// batch                          without NULL times: Fold, Folded; late rows leave behind it
/// watermark, timer, end          Begin with the time that has passed, then Next until it says that it was the last chunk
/// </code>
/// Windows of processing time end by timer, and all that is open is given at the end of the input.
/// </remarks>
internal abstract class WindowOperator(WindowSpec window) : Operator
{
    private readonly List<OperatorState> _states = [];
    private readonly List<IDisposable> _owned = [];
    private bool _isFiring;
    private int _restores;

    /// <inheritdoc/>
    public sealed override IReadOnlyList<OperatorState> States => _states;

    /// <inheritdoc/>
    public sealed override bool HasMore => _isFiring;

    /// <summary>Gets the windows.</summary>
    protected WindowSpec Window => window;

    /// <summary>Gets the rows that a batch of results holds at most.</summary>
    protected int ChunkRows => Context.ChunkRows;

    /// <summary>Gets what the operator may use.</summary>
    protected OperatorContext Context { get; private set; } = null!;

    /// <summary>Gets how far time has come.</summary>
    protected WindowTime Time { get; private set; } = null!;

    /// <summary>Gets what takes late rows.</summary>
    protected LateRowList Late { get; private set; } = null!;

    /// <summary>Gets up to what time windows have been given.</summary>
    protected ProgressState Fired { get; private set; } = null!;

    /// <summary>Gets up to what time windows are being given.</summary>
    protected long Target { get; private set; }

    /// <summary>Gets the states; the first is <see cref="Fired"/>.</summary>
    protected List<OperatorState> StateList => _states;

    /// <inheritdoc/>
    public sealed override void Open(OperatorContext context)
    {
        Context = context;
        Time = new WindowTime(window, context);
        Late = Own(new LateRowList(context));
        Fired = new ProgressState("watermark", Watermark.Min, context.Allocator);
        _states.Add(Fired);
        OpenWindows();
        if (WakesAtOpen)
        {
            // What a restore brings may have ended meanwhile.
            Time.WakeIn(1);
        }
    }

    /// <inheritdoc/>
    public sealed override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(Context.Allocator);
        try
        {
            LinkRestored();
            if (batch.Rows.Length == 0)
            {
                return;
            }

            if (!window.IsProctime)
            {
                WindowTime.RefuseNull(batch.Rows, window.TimeColumn);
            }

            Fold(ref batch);
            Late.Flush(batch.Rows);
        }
        finally
        {
            Forget();
            batch.Release();
        }

        Folded(output);
    }

    /// <inheritdoc/>
    public sealed override long Advance(long watermarkMs, Collector output)
    {
        if (!window.IsProctime)
        {
            FireTo(Time.Passed(watermarkMs), output);
        }

        return watermarkMs;
    }

    /// <inheritdoc/>
    public sealed override void OnTimer(long clockMs, Collector output)
    {
        Time.Woken();
        LinkRestored();
        Due(clockMs);
        FireTo(window.IsProctime ? Time.PassedNow() : Fired.Value, output);
    }

    /// <inheritdoc/>
    public sealed override void Finish(Collector output)
    {
        if (window.IsProctime)
        {
            // No row is lost: what is open at the end is given as it stands.
            FireTo(Watermark.Max, output);
        }
    }

    /// <inheritdoc/>
    public sealed override void Continue(Collector output)
    {
        while (_isFiring)
        {
            StreamBatch? chunk = Next(out bool isLast);
            if (isLast)
            {
                _isFiring = false;
                Fired.Value = Target;
                Given();
                ArmTimer();
            }

            if (chunk is not null)
            {
                output.Emit(chunk);
                return;
            }

            Context.Trim();
        }
    }

    /// <summary>Gets whether a restore may bring what is due without a watermark.</summary>
    protected virtual bool WakesAtOpen => window.IsProctime;

    /// <summary>Makes the tables and adds their states.</summary>
    protected abstract void OpenWindows();

    /// <summary>Links anew what was restored.</summary>
    protected abstract void Relink();

    /// <summary>Folds a batch without selection into its windows; may replace it by one in another order.</summary>
    protected abstract void Fold(ref StreamBatch batch);

    /// <summary>Lets go of what was made of a batch; a failure may have come before.</summary>
    protected abstract void Forget();

    /// <summary>Does what follows a batch, which is released.</summary>
    protected virtual void Folded(Collector output) => ArmTimer();

    /// <summary>Learns that the task's clock has come to a time that was asked for.</summary>
    protected virtual void Due(long clockMs)
    {
    }

    /// <summary>Prepares for giving what has passed up to <see cref="Target"/>.</summary>
    protected abstract void Begin();

    /// <summary>Makes the next chunk, perhaps none yet; tells whether nothing is left behind it.</summary>
    protected abstract StreamBatch? Next(out bool isLast);

    /// <summary>Tidies up when all has been given.</summary>
    protected virtual void Given()
    {
    }

    /// <summary>Returns the first time at which a window may end, or null when there is none.</summary>
    protected abstract long? NextEnd();

    /// <summary>Returns the time of rows that arrived at an instant.</summary>
    /// <remarks>Time that has been given is over, even where the clock went back.</remarks>
    protected long TimeAt(long instantMs) => Math.Max(Time.Local(instantMs), Fired.Value + 1);

    /// <summary>Releases <paramref name="owned"/> with the operator.</summary>
    protected T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    /// <summary>Gives what has passed.</summary>
    protected void FireTo(long timeMs, Collector output)
    {
        LinkRestored();
        Target = Math.Max(timeMs, Fired.Value);
        Begin();
        _isFiring = true;
        Continue(output);
    }

    /// <inheritdoc/>
    protected sealed override void Dispose(bool disposing)
    {
        foreach (IDisposable owned in _owned)
        {
            owned.Dispose();
        }

        _owned.Clear();
    }

    private void ArmTimer()
    {
        if (window.IsProctime)
        {
            Time.Arm(NextEnd());
        }
    }

    private void LinkRestored()
    {
        int restores = 0;
        foreach (OperatorState state in _states)
        {
            restores += state.Restores;
        }

        if (restores != _restores)
        {
            _restores = restores;
            Relink();
        }
    }
}
