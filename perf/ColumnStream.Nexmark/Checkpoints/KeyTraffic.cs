using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;

namespace ColumnStream.Nexmark.Checkpoints;

/// <summary>Is what the source of keys and the one who measures share: the phase, and what was seen.</summary>
/// <param name="keys">Number of keys.</param>
internal sealed class KeyTraffic(long keys)
{
    private readonly List<double> _barrierMs = [];
    private readonly List<double> _gapMs = [];
    private long _lastPoll;
    private bool _atBarrier;

    /// <summary>Gets the number of keys.</summary>
    public long Keys => keys;

    /// <summary>Gets the keys that change between two checkpoints: one in a hundred.</summary>
    public long HotKeys => Math.Max(1, keys / 100);

    /// <summary>Gets or sets whether keys change; before, each came once.</summary>
    public volatile bool IsHot;

    /// <summary>Gets or sets which hundredth changes.</summary>
    public long Hundredth;

    /// <summary>Gets or sets the rows that went out while hot.</summary>
    public long HotRows;

    /// <summary>Gets whether each key came once.</summary>
    public ManualResetEventSlim Loaded { get; } = new();

    /// <summary>Gets or sets when the first poll came, in ticks of the stopwatch, or 0.</summary>
    public long FirstPoll;

    /// <summary>Gets the CPU milliseconds of the task from the poll before a barrier to the one behind it, a checkpoint each.</summary>
    public IReadOnlyList<double> BarrierMs => _barrierMs;

    /// <summary>Gets the CPU milliseconds between other polls.</summary>
    public IReadOnlyList<double> GapMs => _gapMs;

    /// <summary>Notes a poll; the task's thread only.</summary>
    public void Polled()
    {
        FirstPoll = FirstPoll == 0 ? Stopwatch.GetTimestamp() : FirstPoll;
        long now = ProcessClock.ThreadCpuNs;
        if (IsHot && _lastPoll != 0)
        {
            (_atBarrier ? _barrierMs : _gapMs).Add((now - _lastPoll) / 1e6);
        }

        _atBarrier = false;
        _lastPoll = IsHot ? now : 0;
    }

    /// <summary>Notes a barrier; the task's thread only.</summary>
    public void Barrier() => _atBarrier = true;
}
