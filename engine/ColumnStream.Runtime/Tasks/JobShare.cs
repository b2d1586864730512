using System.Collections.Generic;

namespace ColumnStream.Runtime.Tasks;

/// <summary>Accounts for one job's turns on one executor, so that jobs get time by weight; shared by the job's units there.</summary>
/// <param name="weight">Share relative to other jobs; 1 is normal.</param>
public sealed class JobShare(int weight = 1)
{
    /// <summary>Gets the share relative to other jobs.</summary>
    public int Weight { get; } = weight;

    /// <summary>Gets the nanoseconds of turns so far.</summary>
    public long BusyNs { get; internal set; }

    /// <summary>Gets or sets the stride position: the job with the least runs next. Guarded by the run queue's lock.</summary>
    internal long Pass { get; set; }

    /// <summary>Gets or sets the one queue that the units wait in: its lock guards this share.</summary>
    internal RunQueue? Queue { get; set; }

    /// <summary>Gets the units of the job that are ready. Guarded by the run queue's lock.</summary>
    internal Queue<TaskUnit> Ready { get; } = new();
}
