using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;

namespace ColumnStream.Microbench;

/// <summary>Counts per auction and 10 s with one open-addressing table and nothing else: the floor, not the goal.</summary>
internal static class HandLoop
{
    private const int Slots = 1 << 15;
    private static readonly long[] Keys = new long[Slots];
    private static readonly long[] Counts = new long[Slots];

    public static Run Count(List<RecordBatch> bids)
    {
        long start = ThreadClock.Nanoseconds();
        long rows = 0;
        long end = 10_000;
        Array.Clear(Counts);
        foreach (RecordBatch batch in bids)
        {
            ReadOnlySpan<long> auctions = ((FixedWidthArray)batch.Columns[0]).Values<long>();
            ReadOnlySpan<long> times = ((FixedWidthArray)batch.Columns[3]).Values<long>();
            for (int i = 0; i < auctions.Length; i++)
            {
                if (times[i] >= end)
                {
                    rows += Flush();
                    end += 10_000;
                }

                long key = auctions[i];
                int slot = (int)((ulong)(key * -7046029254386353131L) >> 49);
                while (Counts[slot] != 0 && Keys[slot] != key)
                {
                    slot = (slot + 1) & (Slots - 1);
                }

                Keys[slot] = key;
                Counts[slot]++;
            }
        }

        rows += Flush();
        return new Run(ThreadClock.Nanoseconds() - start, 0, rows);
    }

    private static long Flush()
    {
        long rows = 0;
        foreach (long count in Counts)
        {
            rows += count != 0 ? 1 : 0;
        }

        Array.Clear(Counts);
        return rows;
    }
}
