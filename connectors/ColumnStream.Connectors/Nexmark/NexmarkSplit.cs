using System;

namespace ColumnStream.Connectors.Nexmark;

/// <summary>Walks one split's events of one kind; its position is the number of the next event to look at.</summary>
/// <remarks>With S splits, split i holds the blocks of 5,000 events whose number is i modulo S.</remarks>
internal sealed unsafe class NexmarkSplit(int index, int splits, long end)
{
    private const int AuctionsFrom = NexmarkConfig.Persons;
    private const int BidsFrom = NexmarkConfig.Persons + NexmarkConfig.Auctions;

    /// <summary>Gets the split's name.</summary>
    public string Id { get; } = $"{index}/{splits}";

    /// <summary>Gets or sets the number of the next event.</summary>
    public long Position { get; set; } = Math.Min(end, (long)index * NexmarkConfig.BlockEvents);

    /// <summary>Gets whether all events were given.</summary>
    public bool IsFinished => Position >= end;

    /// <summary>Tells which kind event <paramref name="n"/> is.</summary>
    public static NexmarkTable KindOf(long n)
    {
        int offset = (int)(n % NexmarkConfig.Cycle);
        return offset < AuctionsFrom ? NexmarkTable.Person : offset < BidsFrom ? NexmarkTable.Auction : NexmarkTable.Bid;
    }

    /// <summary>Writes the numbers of the next events of <paramref name="kind"/> and moves behind the last one.</summary>
    /// <returns>How many; fewer than <paramref name="most"/> only at the end.</returns>
    public int Next(NexmarkTable kind, int most, long* events)
    {
        (int from, int to) = RangeOf(kind);
        int count = 0;
        long n = Position;
        while (count < most && n < end)
        {
            long blockEnd = splits == 1
                ? end
                : Math.Min(end, ((n / NexmarkConfig.BlockEvents) + 1) * NexmarkConfig.BlockEvents);
            n = NextInBlock(n, blockEnd, from, to, most, events, ref count);
            if (n == blockEnd && n < end)
            {
                n = Math.Min(end, n + ((splits - 1L) * NexmarkConfig.BlockEvents));
            }
        }

        Position = n;
        return count;
    }

    /// <summary>Counts the events of a kind that this split holds in [from, to); null is its beginning.</summary>
    public long Count(NexmarkTable kind, long? from, long to)
    {
        const int Kept = NexmarkConfig.BlockEvents;
        long stop = Math.Min(to, end);
        long rows = 0;
        for (long n = from ?? Math.Min(end, (long)index * Kept); n < stop;)
        {
            long blockEnd = splits == 1 ? stop : Math.Min(stop, ((n / Kept) + 1) * Kept);
            rows += UpTo(kind, blockEnd) - UpTo(kind, n);
            n = blockEnd + ((splits - 1L) * Kept);
        }

        return rows;
    }

    /// <summary>Counts the events of a kind below event <paramref name="n"/>, of all splits.</summary>
    private static long UpTo(NexmarkTable kind, long n)
    {
        (int from, int to) = RangeOf(kind);
        return (n / NexmarkConfig.Cycle * (to - from)) + Math.Clamp((n % NexmarkConfig.Cycle) - from, 0, to - from);
    }

    private static (int From, int To) RangeOf(NexmarkTable kind) => kind switch
    {
        NexmarkTable.Person => (0, AuctionsFrom),
        NexmarkTable.Auction => (AuctionsFrom, BidsFrom),
        NexmarkTable.Bid => (BidsFrom, NexmarkConfig.Cycle),
        _ => (0, NexmarkConfig.Cycle),
    };

    private static long NextInBlock(long n, long end, int from, int to, int most, long* events, ref int count)
    {
        while (n < end && count < most)
        {
            int offset = (int)(n % NexmarkConfig.Cycle);
            if (offset < from)
            {
                n += from - offset;
            }
            else if (offset >= to)
            {
                n += NexmarkConfig.Cycle - offset + from;
            }
            else
            {
                int run = (int)Math.Min(Math.Min(to - offset, end - n), most - count);
                for (int i = 0; i < run; i++)
                {
                    events[count + i] = n + i;
                }

                count += run;
                n += run;
            }
        }

        return Math.Min(n, end);
    }
}
