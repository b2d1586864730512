using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Arrays;

namespace ColumnStream.Microbench.Joins;

/// <summary>Joins by two open-addressing tables of rows and writes pairs into six arrays: the floor, not the goal.</summary>
internal static class JoinHandLoop
{
    private const int ChunkRows = 4096;

    public static Run Both(List<JoinInput> inputs, int keys)
    {
        int bits = 32 + int.LeadingZeroCount(keys * 2);
        int slots = 1 << (64 - bits);
        var tables = new Table[] { new(slots), new(slots) };
        var output = new long[6][];
        for (int i = 0; i < 6; i++)
        {
            output[i] = new long[ChunkRows];
        }

        long rows = 0;
        int filled = 0;
        long start = ThreadClock.Nanoseconds();
        foreach (JoinInput input in inputs)
        {
            ReadOnlySpan<long> k = ((FixedWidthArray)input.Rows.Columns[0]).Values<long>();
            ReadOnlySpan<long> v = ((FixedWidthArray)input.Rows.Columns[1]).Values<long>();
            ReadOnlySpan<long> w = ((FixedWidthArray)input.Rows.Columns[2]).Values<long>();
            Table own = tables[input.Side];
            Table other = tables[1 - input.Side];
            int first = input.Side * 3;
            for (int i = 0; i < k.Length; i++)
            {
                int slot = (int)((ulong)(k[i] * -7046029254386353131L) >> bits);
                own.Add(slot, k[i], v[i], w[i]);
                for (int row = other.Find(slot, k[i]); row != 0; row = other.Next[row])
                {
                    output[first][filled] = k[i];
                    output[first + 1][filled] = v[i];
                    output[first + 2][filled] = w[i];
                    output[3 - first][filled] = other.Rows[3 * row];
                    output[4 - first][filled] = other.Rows[(3 * row) + 1];
                    output[5 - first][filled] = other.Rows[(3 * row) + 2];
                    filled = (filled + 1) & (ChunkRows - 1);
                    rows++;
                }
            }
        }

        return new Run(ThreadClock.Nanoseconds() - start, 0, rows);
    }

    private sealed class Table(int slots)
    {
        private readonly long[] _keys = new long[slots];
        private readonly int[] _heads = new int[slots];
        private int _count;

        public long[] Rows { get; private set; } = new long[3 * 1024];

        public int[] Next { get; private set; } = new int[1024];

        public int Find(int slot, long key)
        {
            while (_heads[slot] != 0 && _keys[slot] != key)
            {
                slot = (slot + 1) & (_keys.Length - 1);
            }

            return _heads[slot];
        }

        public void Add(int slot, long key, long v, long w)
        {
            while (_heads[slot] != 0 && _keys[slot] != key)
            {
                slot = (slot + 1) & (_keys.Length - 1);
            }

            int row = ++_count;
            if (row == Next.Length)
            {
                long[] rows = Rows;
                int[] next = Next;
                Array.Resize(ref rows, 2 * rows.Length);
                Array.Resize(ref next, 2 * next.Length);
                Rows = rows;
                Next = next;
            }

            Rows[3 * row] = key;
            Rows[(3 * row) + 1] = v;
            Rows[(3 * row) + 2] = w;
            Next[row] = _heads[slot];
            _keys[slot] = key;
            _heads[slot] = row;
        }
    }
}
