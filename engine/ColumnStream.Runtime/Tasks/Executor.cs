using System;

namespace ColumnStream.Runtime.Tasks;

/// <summary>Gives turns to units and knows the time; the only source of threads and clocks of the runtime.</summary>
public abstract class Executor
{
    /// <summary>Gets the clock that operators and connectors are given.</summary>
    public abstract TimeProvider Time { get; }

    /// <summary>Gets the monotonic time in nanoseconds.</summary>
    public abstract long Now { get; }

    /// <summary>Queues a unit that became ready; called once a time by its state machine.</summary>
    public abstract void Enqueue(TaskUnit unit);

    /// <summary>Notifies <paramref name="unit"/> at a time of <see cref="Now"/>; an earlier pending wake-up stays.</summary>
    public abstract void WakeAt(TaskUnit unit, long atNs);

    /// <summary>Runs one turn of a queued unit; returns whether it must be queued again.</summary>
    protected static bool RunTurn(TaskUnit unit, in TurnBudget budget) => unit.Turn(budget);
}
