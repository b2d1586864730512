using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.State;
using Xunit;

namespace ColumnStream.Tests.Engine.State;

// Goal: an index that is made for a number of rows finds all of them and more, and is about as large as one that grew. Method: random
// hashes into both; each slot is looked up along the buckets of its hash. A directory whose spans or prefixes are wrong loses slots, or
// writes over others; a size that is far off shows in the bytes.
public sealed unsafe class StateIndexSizeTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(40_960)]
    [InlineData(40_961)]
    [InlineData(61_000)]
    [InlineData(150_000)]
    [InlineData(700_000)]
    public void An_index_made_for_its_rows_finds_them_and_those_that_follow(int rows)
    {
        using var buffers = new SizeClassPool();
        using var allocator = new BufferAllocator("test", buffers);
        using var pool = new StatePool();
        using var made = new StateIndex(pool, allocator);
        using var grown = new StateIndex(pool, allocator);
        made.Open(rows);
        grown.Open();
        var random = new Random(rows);
        var hashes = new List<uint>();
        for (int i = 0; i < rows; i++)
        {
            hashes.Add((uint)random.NextInt64(1L << 32));
            made.Insert(hashes[i], (uint)i + 1);
            grown.Insert(hashes[i], (uint)i + 1);
        }

        Assert.InRange(made.Bytes, grown.Bytes / 2, (grown.Bytes * 3 / 2) + (2 << 20));
        for (int i = rows; i < (rows * 3) + 1000; i++)
        {
            hashes.Add((uint)random.NextInt64(1L << 32));
            made.Insert(hashes[i], (uint)i + 1);
        }

        for (int i = 0; i < hashes.Count; i++)
        {
            Assert.True(Finds(made, hashes[i], (uint)i + 1));
        }
    }

    private static bool Finds(StateIndex index, uint hash, uint slot)
    {
        for (byte* bucket = index.Bucket(hash); ; bucket = index.Next(bucket, hash))
        {
            for (uint match = StateIndex.Match(bucket, hash, scalar: true); match != 0; match &= match - 1)
            {
                if (StateIndex.SlotOf(bucket, match) == slot)
                {
                    return true;
                }
            }

            if (StateIndex.HasEmpty(bucket))
            {
                return false;
            }
        }
    }
}
