using System.Collections.Generic;

namespace ColumnStream.Runtime.Tasks;

/// <summary>Orders wake-ups by time, then by the order in which they were asked for. Not thread-safe.</summary>
/// <remarks>
/// Units that ended are dropped whenever the heap has doubled: a job of a millisecond may have asked to be woken in ten minutes, and all of
/// it would stay until then.
/// </remarks>
public sealed class TimerHeap
{
    private const int FewestSwept = 64;
    private readonly PriorityQueue<TaskUnit, (long AtNs, long Sequence)> _heap = new();
    private int _sweepAt = FewestSwept;
    private long _sequence;

    /// <summary>Gets the number of wake-ups that are kept.</summary>
    public int Count => _heap.Count;

    /// <summary>Gets the time of the next wake-up, or <see cref="long.MaxValue"/>.</summary>
    public long NextNs => _heap.TryPeek(out _, out (long AtNs, long Sequence) next) ? next.AtNs : long.MaxValue;

    /// <summary>Adds a wake-up unless the unit has an earlier one.</summary>
    public void Add(TaskUnit unit, long atNs)
    {
        if (unit.IsFinished || unit.WakeAtNs <= atNs)
        {
            return;
        }

        unit.WakeAtNs = atNs;
        _heap.Enqueue(unit, (atNs, _sequence++));
        if (_heap.Count >= _sweepAt)
        {
            Sweep();
        }
    }

    /// <summary>Takes a unit whose time has come; wake-ups that were replaced by earlier ones are dropped.</summary>
    public bool TryTake(long nowNs, out TaskUnit? unit)
    {
        while (_heap.TryPeek(out unit, out (long AtNs, long Sequence) next) && next.AtNs <= nowNs)
        {
            _heap.Dequeue();
            if (unit.WakeAtNs == next.AtNs)
            {
                unit.WakeAtNs = long.MaxValue;
                return true;
            }
        }

        unit = null;
        return false;
    }

    private void Sweep()
    {
        var alive = new List<(TaskUnit Unit, (long AtNs, long Sequence) Priority)>();
        foreach ((TaskUnit unit, (long AtNs, long Sequence) priority) in _heap.UnorderedItems)
        {
            if (!unit.IsFinished && unit.WakeAtNs == priority.AtNs)
            {
                alive.Add((unit, priority));
            }
        }

        _heap.Clear();
        _heap.EnqueueRange(alive);
        _sweepAt = System.Math.Max(FewestSwept, 2 * alive.Count);
    }
}
