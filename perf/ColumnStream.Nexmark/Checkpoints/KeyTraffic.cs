using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;

namespace ColumnStream.Nexmark.Checkpoints;

/// <summary>Is what the source of keys and the one who measures share: the phase, and what was seen.</summary>
/// <param name="megabytes">Native bytes of the state, about, in millions.</param>
internal sealed class KeyTraffic(int megabytes)
{
    /// <summary>Native bytes of a key's row, text and index entry, about.</summary>
    private const long BytesPerKey = 190;

    /// <summary>Polls behind a barrier that belong to it: frozen rows are gathered, and keys change for the first time since.</summary>
    public const int BarrierPolls = 96;

    private readonly List<double> _polls = [];
    private readonly List<double[]> _barriers = [];
    private double[]? _behind;
    private readonly ManualResetEventSlim _still = new();
    private readonly SemaphoreSlim _passed = new(0);
    private long _lastPoll;
    private int _since = BarrierPolls;
    private long _movedTo;
    private bool _isHot;

    /// <summary>Gets the number of keys.</summary>
    public long Keys { get; } = megabytes * 1_000_000L / BytesPerKey;

    /// <summary>Gets the keys that change between two checkpoints: one in a hundred.</summary>
    public long HotKeys { get; } = Math.Max(1, megabytes * 10_000L / BytesPerKey);

    /// <summary>Gets whether keys change; before, each came once.</summary>
    public bool IsHot => Volatile.Read(ref _isHot);

    /// <summary>Gets which hundredth changes.</summary>
    public long Hundredth => Volatile.Read(ref _movedTo);

    /// <summary>Gets or sets the rows that went out while hot.</summary>
    public long HotRows;

    /// <summary>Gets or sets the polls that no barrier was near.</summary>
    public int Seen;

    /// <summary>Gets whether each key came once.</summary>
    public ManualResetEventSlim Loaded { get; } = new();

    /// <summary>Gets or sets when the first poll came, in ticks of the stopwatch, or 0.</summary>
    public long FirstPoll;

    /// <summary>Gets the CPU milliseconds between polls that no barrier was near.</summary>
    public IReadOnlyList<double> Polls => _polls;

    /// <summary>Gets the CPU milliseconds of the polls that belong to each barrier; the first goes from before it to behind it.</summary>
    public IReadOnlyList<double[]> Barriers => _barriers;

    /// <summary>Lets keys change.</summary>
    public void Begin()
    {
        _polls.Clear();
        Seen = 0;
        _barriers.Clear();
        _behind = null;
        _still.Reset();
        Volatile.Write(ref _isHot, true);
    }

    /// <summary>Lets keys stand still, and returns when they do.</summary>
    public void End()
    {
        Volatile.Write(ref _isHot, false);
        _still.Wait();
    }

    /// <summary>Waits for the next barrier.</summary>
    public void WaitForBarrier()
    {
        while (_passed.Wait(0))
        {
            // Barriers of the time before.
        }

        _passed.Wait();
    }

    /// <summary>Notes a poll; the task's thread only.</summary>
    public void Polled()
    {
        FirstPoll = FirstPoll == 0 ? Stopwatch.GetTimestamp() : FirstPoll;
        if (!IsHot)
        {
            _lastPoll = 0;
            _since = BarrierPolls;
            _still.Set();
            return;
        }

        // The clock costs 0.3 us: one poll of 4,096 rows takes hundreds.
        long now = ProcessClock.ThreadCpuNs;
        double ms = (now - _lastPoll) / 1e6;
        if (_lastPoll != 0 && _since >= BarrierPolls)
        {
            _polls.Add(ms);
            Volatile.Write(ref Seen, _polls.Count);
        }
        else if (_lastPoll != 0 && _behind is not null)
        {
            _behind[_since] = ms;
            if (_since == BarrierPolls - 1)
            {
                _barriers.Add(_behind);
            }
        }

        _since = Math.Min(BarrierPolls, _since + 1);
        _lastPoll = now;
    }

    /// <summary>Changes other keys from now on, as behind a barrier; the task's thread, or without barriers the one who measures.</summary>
    public void Move()
    {
        _since = 0;
        _behind = new double[BarrierPolls];
        Volatile.Write(ref _movedTo, _movedTo + 1);
        _passed.Release();
    }
}
