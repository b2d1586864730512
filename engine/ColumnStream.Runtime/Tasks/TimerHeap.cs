using System.Collections.Generic;

namespace ColumnStream.Runtime.Tasks;

/// <summary>Orders wake-ups by time, then by the order in which they were asked for. Not thread-safe.</summary>
public sealed class TimerHeap
{
    private readonly PriorityQueue<TaskUnit, (long AtNs, long Sequence)> _heap = new();
    private long _sequence;

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
}
