using System;
using System.Collections.Generic;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Testing.Simulation;

/// <summary>Runs units on the calling thread in an order drawn from a seed, under virtual time: one seed, one history.</summary>
public sealed class SimExecutor : Executor
{
    private const long NsPerLook = 1_000;

    private readonly Random _random;
    private readonly List<TaskUnit> _ready = [];
    private readonly TimerHeap _timers = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly int _longestQuantum;
    private long _now;

    /// <summary>Makes an executor whose turns last at most some <paramref name="longestQuantum"/> looks at the clock.</summary>
    public SimExecutor(int seed, long startNs = 0, int longestQuantum = 128)
    {
        _random = new Random(seed);
        _now = startNs;
        _longestQuantum = Math.Min(longestQuantum, 1 << _random.Next(0, 8));
        Time = new SimTime(this);
    }

    public override TimeProvider Time { get; }

    /// <summary>Gets the virtual time; every look costs a microsecond, so that deadlines cut turns anywhere.</summary>
    public override long Now => _now += NsPerLook;

    /// <summary>Gets a hash of everything that was scheduled so far.</summary>
    public ulong TraceHash { get; private set; } = 14695981039346656037;

    /// <summary>Gets the number of turns.</summary>
    public long Turns { get; private set; }

    /// <summary>Gets whether nobody waits for a turn.</summary>
    public bool IsIdle => _ready.Count == 0;

    /// <summary>Moves the virtual time on.</summary>
    public void Advance(TimeSpan time) => _now += time.Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>Lets time pass inside a turn, as a slow call does.</summary>
    public void Pass(TimeSpan time) => _now += (long)time.TotalNanoseconds;

    public override void Enqueue(TaskUnit unit)
    {
        CheckThread();
        _ready.Add(unit);
    }

    public override void WakeAt(TaskUnit unit, long atNs)
    {
        CheckThread();
        _timers.Add(unit, atNs);
    }

    /// <summary>Runs one turn, moving the time on if nobody is ready; false when nothing will ever happen.</summary>
    public bool Step()
    {
        FireTimers();
        if (_ready.Count == 0)
        {
            if (_timers.NextNs == long.MaxValue)
            {
                return false;
            }

            _now = Math.Max(_now, _timers.NextNs);
            FireTimers();
            if (_ready.Count == 0)
            {
                return true;
            }
        }

        int pick = _random.Next(_ready.Count);
        TaskUnit unit = _ready[pick];
        _ready.RemoveAt(pick);
        Turns++;
        Mix(unit.Name);
        bool again = RunTurn(unit, new TurnBudget(_now + (NsPerLook * _random.Next(0, _longestQuantum))));
        if (again)
        {
            _ready.Add(unit);
        }

        return true;
    }

    private void FireTimers()
    {
        while (_timers.TryTake(_now, out TaskUnit? unit))
        {
            unit!.Notify();
        }
    }

    private void Mix(string name)
    {
        ulong hash = TraceHash;
        foreach (char c in name)
        {
            hash = (hash ^ c) * 1099511628211;
        }

        TraceHash = (hash ^ (ulong)_now) * 1099511628211;
    }

    private void CheckThread()
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            throw new InvalidOperationException("A foreign thread entered the simulation.");
        }
    }

    private sealed class SimTime(SimExecutor executor) : TimeProvider
    {
        private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override long TimestampFrequency => 1_000_000_000;

        public override long GetTimestamp() => executor.Now;

        public override DateTimeOffset GetUtcNow() => Start.AddTicks(executor.Now / 100);
    }
}
