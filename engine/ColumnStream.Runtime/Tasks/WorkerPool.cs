using System;
using System.Collections.Generic;
using System.Threading;

namespace ColumnStream.Runtime.Tasks;

/// <summary>Runs units on its own threads: one queue by job shares, a LIFO slot a worker, one timer heap.</summary>
/// <remarks>
/// Wakes eagerly with one searcher: a queued unit wakes one sleeper if nobody searches. Workers park on an
/// AutoResetEvent, which costs a fraction of a semaphore's CPU because it does not spin. One parked worker, the keeper,
/// waits for the next timer. Threads are never pinned to units.
/// </remarks>
public sealed class WorkerPool : Executor, IDisposable
{
    private const long QuantumNs = 200_000;
    private const int MaxLifoInARow = 16;

    [ThreadStatic]
    private static Worker? s_current;

    private readonly Lock _gate = new();
    private readonly RunQueue _queue = new(QuantumNs);
    private readonly TimerHeap _timers = new();
    private readonly Stack<Worker> _parked = new();
    private readonly Worker[] _workers;
    private readonly double _nsPerTick;
    private long _nextTimerNs = long.MaxValue;
    private Worker? _keeper;
    private int _searchers;
    private bool _stopping;

    /// <summary>Starts <paramref name="workerCount"/> background threads called <paramref name="name"/>-0 and up.</summary>
    public WorkerPool(string name, int workerCount, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workerCount, 1);
        Time = time;
        _nsPerTick = 1e9 / time.TimestampFrequency;
        _workers = new Worker[workerCount];
        for (int i = 0; i < workerCount; i++)
        {
            _workers[i] = new Worker(this, $"{name}-{i}");
        }

        foreach (Worker worker in _workers)
        {
            worker.Start();
        }
    }

    /// <inheritdoc/>
    public override TimeProvider Time { get; }

    /// <inheritdoc/>
    public override long Now => (long)(Time.GetTimestamp() * _nsPerTick);

    /// <summary>Gets the number of threads.</summary>
    public int WorkerCount => _workers.Length;

    /// <summary>Gets whether no unit has a turn or waits for one; some may wait for a time.</summary>
    internal bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                // Who is woken is taken off before it wakes, and who is up looks at the slots before it sleeps.
                return _queue.Count == 0 && _parked.Count + (_keeper is null ? 0 : 1) == _workers.Length;
            }
        }
    }

    /// <inheritdoc/>
    public override void Enqueue(TaskUnit unit)
    {
        Worker? worker = s_current;
        if (worker is not null && worker.Pool == this)
        {
            TaskUnit? displaced = Interlocked.Exchange(ref worker.Slot, unit);
            if (displaced is null)
            {
                if (_workers.Length > 1)
                {
                    WakeOne();
                }

                return;
            }

            unit = displaced;
        }

        lock (_gate)
        {
            _queue.Add(unit);
        }

        WakeOne();
    }

    /// <inheritdoc/>
    public override void WakeAt(TaskUnit unit, long atNs)
    {
        Worker? wake = null;
        lock (_gate)
        {
            _timers.Add(unit, atNs);
            long next = _timers.NextNs;
            if (next < _nextTimerNs)
            {
                // The keeper sleeps for too long now; anybody else would not look at timers.
                Volatile.Write(ref _nextTimerNs, next);
                wake = _keeper;
                _keeper = null;
                if (wake is null)
                {
                    _parked.TryPop(out wake);
                }
            }
        }

        wake?.Wake();
    }

    /// <summary>Stops all threads between turns and waits for them; units that were queued get no further turn.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
        }

        foreach (Worker worker in _workers)
        {
            worker.Wake();
        }

        foreach (Worker worker in _workers)
        {
            worker.Join();
        }

        // Only now: a worker that ends its last turn may still wake another.
        foreach (Worker worker in _workers)
        {
            worker.Release();
        }
    }

    private void WakeOne()
    {
        if (Volatile.Read(ref _searchers) > 0)
        {
            return;
        }

        Worker? wake;
        lock (_gate)
        {
            if (_searchers > 0 || _stopping)
            {
                return;
            }

            wake = TakeKeeperOrParked();
            if (wake is not null)
            {
                // The woken worker searches from now on, so that the next Enqueue wakes nobody in vain.
                _searchers++;
                wake.IsSearcher = true;
            }
        }

        wake?.Wake();
    }

    /// <summary>Takes a sleeper, the keeper last: it would have to be replaced.</summary>
    private Worker? TakeKeeperOrParked()
    {
        if (_parked.TryPop(out Worker? worker))
        {
            return worker;
        }

        worker = _keeper;
        _keeper = null;
        return worker;
    }

    private sealed class Worker(WorkerPool pool, string name)
    {
        private readonly AutoResetEvent _wake = new(initialState: false);
        private Thread? _thread;
        private int _lifoRun;

        public TaskUnit? Slot;

        public WorkerPool Pool { get; } = pool;

        public bool IsSearcher { get; set; }

        public void Start()
        {
            _thread = new Thread(Loop) { IsBackground = true, Name = name };
            _thread.Start();
        }

        public void Wake() => _wake.Set();

        public void Join() => _thread!.Join();

        public void Release() => _wake.Dispose();

        private void Loop()
        {
            s_current = this;
            long t0 = Pool.Now;
            while (true)
            {
                TaskUnit? unit = Next();
                if (unit is null)
                {
                    if (!Park())
                    {
                        return;
                    }

                    t0 = Pool.Now;
                    FireTimers(t0);
                    continue;
                }

                bool again = unit.Turn(new TurnBudget(t0 + QuantumNs));
                long t1 = Pool.Now;
                Finish(unit, again, t1 - t0);
                t0 = t1;
                if (t1 >= Volatile.Read(ref Pool._nextTimerNs))
                {
                    FireTimers(t1);
                }
            }
        }

        private TaskUnit? Next()
        {
            if (Volatile.Read(ref Pool._stopping))
            {
                return null;
            }

            TaskUnit? unit = null;
            if (_lifoRun < MaxLifoInARow && (unit = Interlocked.Exchange(ref Slot, null)) is not null)
            {
                _lifoRun++;
                StopSearching();
                return unit;
            }

            _lifoRun = 0;
            lock (Pool._gate)
            {
                unit = Pool._queue.Take();
            }

            unit ??= Interlocked.Exchange(ref Slot, null) ?? Steal();
            if (unit is not null)
            {
                StopSearching();
            }

            return unit;
        }

        private TaskUnit? Steal()
        {
            foreach (Worker other in Pool._workers)
            {
                if (other != this && Volatile.Read(ref other.Slot) is not null)
                {
                    TaskUnit? unit = Interlocked.Exchange(ref other.Slot, null);
                    if (unit is not null)
                    {
                        return unit;
                    }
                }
            }

            return null;
        }

        /// <summary>A searcher that found work wakes the next one if more is queued.</summary>
        private void StopSearching()
        {
            if (!IsSearcher)
            {
                return;
            }

            bool more;
            lock (Pool._gate)
            {
                IsSearcher = false;
                Pool._searchers--;
                more = Pool._queue.Count > 0;
            }

            if (more)
            {
                Pool.WakeOne();
            }
        }

        private void Finish(TaskUnit unit, bool again, long turnNs)
        {
            lock (Pool._gate)
            {
                RunQueue.Charge(unit.Job, turnNs);
                if (again)
                {
                    Pool._queue.Add(unit);
                }
            }
        }

        /// <summary>Sleeps until woken or a timer is due; false when the pool stops.</summary>
        private bool Park()
        {
            int timeoutMs = Timeout.Infinite;
            lock (Pool._gate)
            {
                if (Pool._stopping)
                {
                    return false;
                }

                if (IsSearcher)
                {
                    IsSearcher = false;
                    Pool._searchers--;
                }

                // Looking again after giving up the search: whoever filled a slot meanwhile relied on us. The fence
                // pairs with the Exchange on the slot: either we see the slot or they see no searcher.
                Interlocked.MemoryBarrier();
                if (Pool._queue.Count > 0 || AnySlot())
                {
                    return true;
                }

                if (Pool._keeper is null && Pool._nextTimerNs != long.MaxValue)
                {
                    long left = Pool._nextTimerNs - Pool.Now;
                    if (left <= 0)
                    {
                        return true;
                    }

                    timeoutMs = (int)Math.Min((left + 999_999) / 1_000_000, 1_000_000);
                    Pool._keeper = this;
                }
                else
                {
                    Pool._parked.Push(this);
                }
            }

            if (!_wake.WaitOne(timeoutMs))
            {
                lock (Pool._gate)
                {
                    if (Pool._keeper == this)
                    {
                        Pool._keeper = null;
                    }
                    else
                    {
                        // Somebody took us off the list and sets the event now or soon: a later park must not see it.
                        timeoutMs = Timeout.Infinite;
                    }
                }

                if (timeoutMs == Timeout.Infinite)
                {
                    _wake.WaitOne();
                }
            }

            return !Volatile.Read(ref Pool._stopping);
        }

        private bool AnySlot()
        {
            foreach (Worker worker in Pool._workers)
            {
                if (Volatile.Read(ref worker.Slot) is not null)
                {
                    return true;
                }
            }

            return false;
        }

        private void FireTimers(long now)
        {
            if (now < Volatile.Read(ref Pool._nextTimerNs))
            {
                return;
            }

            while (true)
            {
                TaskUnit? unit;
                lock (Pool._gate)
                {
                    bool due = Pool._timers.TryTake(now, out unit);
                    Volatile.Write(ref Pool._nextTimerNs, Pool._timers.NextNs);
                    if (!due)
                    {
                        return;
                    }
                }

                unit!.Notify();
            }
        }
    }
}
