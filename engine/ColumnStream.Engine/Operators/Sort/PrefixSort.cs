using System;
using System.Threading;

namespace ColumnStream.Engine.Operators;

/// <summary>Sorts 64-bit prefixes together with their rows, in pieces between which a job may end.</summary>
/// <remarks>
/// Large ranges are divided in place by their highest byte first. Equal prefixes come in no order. A sort of millions in one go
/// keeps a job whose client left, and its thread, for seconds.
/// </remarks>
internal static class PrefixSort
{
    private const int Piece = 16 * 1024;
    private const int Buckets = 256;
    private const int HighestByte = 56;

    /// <summary>Sorts both by the prefixes.</summary>
    /// <exception cref="OperationCanceledException">The job ends; both are in any order then.</exception>
    public static void Run(Span<ulong> prefixes, Span<int> rows, CancellationToken cancellation) =>
        Run(prefixes, rows, HighestByte, cancellation);

    private static void Run(Span<ulong> prefixes, Span<int> rows, int shift, CancellationToken cancellation)
    {
        if (prefixes.Length <= Piece)
        {
            prefixes.Sort(rows);
            return;
        }

        cancellation.ThrowIfCancellationRequested();
        Span<int> ends = stackalloc int[Buckets];
        Divide(prefixes, rows, shift, ends);
        for (int bucket = 0; bucket < Buckets && shift > 0; bucket++)
        {
            Range range = (bucket == 0 ? 0 : ends[bucket - 1])..ends[bucket];
            Run(prefixes[range], rows[range], shift - 8, cancellation);
        }
    }

    /// <summary>Brings each prefix into the range of its byte; gives the ends of the ranges.</summary>
    private static void Divide(Span<ulong> prefixes, Span<int> rows, int shift, Span<int> ends)
    {
        ends.Clear();
        foreach (ulong prefix in prefixes)
        {
            ends[(byte)(prefix >> shift)]++;
        }

        Span<int> next = stackalloc int[Buckets];
        int end = 0;
        for (int bucket = 0; bucket < Buckets; bucket++)
        {
            next[bucket] = end;
            end += ends[bucket];
            ends[bucket] = end;
        }

        for (int bucket = 0; bucket < Buckets; bucket++)
        {
            while (next[bucket] < ends[bucket])
            {
                int at = next[bucket];
                int target = (byte)(prefixes[at] >> shift);
                int to = next[target]++;
                if (target != bucket)
                {
                    (prefixes[at], prefixes[to]) = (prefixes[to], prefixes[at]);
                    (rows[at], rows[to]) = (rows[to], rows[at]);
                }
            }
        }
    }
}
