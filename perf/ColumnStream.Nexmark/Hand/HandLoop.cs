using System.Collections.Generic;
using ColumnStream.Arrow;

namespace ColumnStream.Nexmark.Hand;

/// <summary>Is the floor of a query: one pass, batch at a time, no nulls, lateness, retraction or checkpoint.</summary>
internal abstract class HandLoop
{
    /// <summary>Makes the loop of a query, or null where none is written.</summary>
    public static HandLoop? Create(string query) => query switch
    {
        "q0" => new CopyLoop(),
        "q1" => new MultiplyLoop(),
        "q2" => new ModuloLoop(),
        "q12" => new TumbleCountLoop(column: 1),
        "count_tumble" => new TumbleCountLoop(column: 0),
        "q5_hop" => new HopCountLoop(),
        _ => null,
    };

    /// <summary>Runs over all batches of bids and returns the number of result rows.</summary>
    public abstract long Run(IReadOnlyList<RecordBatch> batches);

    /// <summary>Returns the first row from <paramref name="from"/> whose time is at or behind a bound; times ascend.</summary>
    private protected static unsafe int FirstAt(long* times, int from, int to, long bound)
    {
        if (from == to || times[to - 1] < bound)
        {
            return to;
        }

        while (from < to)
        {
            int middle = (from + to) >>> 1;
            if (times[middle] < bound)
            {
                from = middle + 1;
            }
            else
            {
                to = middle;
            }
        }

        return from;
    }
}
