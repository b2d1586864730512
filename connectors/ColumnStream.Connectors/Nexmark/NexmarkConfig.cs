using System;

namespace ColumnStream.Connectors.Nexmark;

/// <summary>States proportions, hot ratios and first ids of the benchmark, and maps event numbers to them.</summary>
/// <remarks>
/// Of 50 events in a row the first is a person, the next three are auctions, the rest bids. Every event number has a last
/// person and a last auction: those of the newest such event at or before it. Event time is
/// <c>base + number * 1000 / eventsPerSecond</c> milliseconds.
/// </remarks>
internal sealed record NexmarkConfig(ulong Seed, long BaseTimeMs, long EventsPerSecond, long Events, int Splits)
{
    public const int Persons = 1;
    public const int Auctions = 3;
    public const int Bids = 46;
    public const int Cycle = Persons + Auctions + Bids;

    public const int FirstAuctionId = 1000;
    public const int FirstPersonId = 1000;
    public const int FirstCategoryId = 10;
    public const int Categories = 5;

    public const int HotAuctionRatio = 2;
    public const int HotBidderRatio = 4;
    public const int HotSellerRatio = 4;
    public const int HotChannelRatio = 2;

    /// <summary>Hot ids are the multiples of this among all ids.</summary>
    public const int HotStride = 100;
    public const int InFlightAuctions = 100;
    public const int AuctionIdLead = 10;
    public const int ActivePeople = 1000;
    public const int PersonIdLead = 10;
    public const int Channels = 10_000;

    /// <summary>Largest event number: times and ids stay far inside 64 bits.</summary>
    public const long MaxEvents = 1L << 50;

    /// <summary>Events of one split that stand together when there are several splits; a multiple of the cycle.</summary>
    public const int BlockEvents = 5_000;

    /// <summary>Returns the event time of event <paramref name="n"/> in milliseconds since 1970.</summary>
    public long TimeMs(long n) => BaseTimeMs + (long)((Int128)n * 1000 / EventsPerSecond);

    /// <summary>Returns the number of the newest person at event <paramref name="n"/>, from 0.</summary>
    public static long LastPerson(long n) => n / Cycle;

    /// <summary>Returns the number of the newest auction at event <paramref name="n"/>, from 0; -1 before the first.</summary>
    public static long LastAuction(long n)
    {
        long cycle = n / Cycle;
        int offset = (int)(n - (cycle * Cycle));
        return offset switch
        {
            < Persons => (cycle * Auctions) - 1,
            < Persons + Auctions => (cycle * Auctions) + offset - Persons,
            _ => (cycle * Auctions) + Auctions - 1,
        };
    }
}
