using System.Collections.Generic;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Runtime.Tasks;

/// <summary>Holds ready units by job and picks from the job that had the least time for its weight. Not thread-safe.</summary>
/// <remarks>A job that wakes gets no credit for having slept longer than one quantum.</remarks>
internal sealed class RunQueue(long quantumNs)
{
    private readonly List<JobShare> _ready = [];
    private long _virtualNs;

    /// <summary>Gets the number of units that wait.</summary>
    public int Count { get; private set; }

    public void Add(TaskUnit unit)
    {
        JobShare job = unit.Job;
        if ((job.Queue ??= this) != this)
        {
            throw new InvariantException(9001, $"Share is used by two executors: {unit.Name}.");
        }

        if (job.Ready.Count == 0)
        {
            long earliest = _virtualNs - quantumNs;
            if (job.Pass < earliest)
            {
                job.Pass = earliest;
            }

            _ready.Add(job);
        }

        job.Ready.Enqueue(unit);
        Count++;
    }

    public TaskUnit? Take()
    {
        if (_ready.Count == 0)
        {
            return null;
        }

        int best = 0;
        for (int i = 1; i < _ready.Count; i++)
        {
            if (_ready[i].Pass < _ready[best].Pass)
            {
                best = i;
            }
        }

        JobShare job = _ready[best];
        TaskUnit unit = job.Ready.Dequeue();
        if (job.Ready.Count == 0)
        {
            _ready[best] = _ready[^1];
            _ready.RemoveAt(_ready.Count - 1);
        }

        if (job.Pass > _virtualNs)
        {
            _virtualNs = job.Pass;
        }

        Count--;
        return unit;
    }

    /// <summary>Charges a turn.</summary>
    public static void Charge(JobShare job, long turnNs)
    {
        job.BusyNs += turnNs;
        job.Pass += turnNs / job.Weight;
    }
}
