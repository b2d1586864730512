using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Kernels.Hash;
using ColumnStream.Engine.Operators.GroupAggregate;
using ColumnStream.Engine.State;
using Xunit;

namespace ColumnStream.Tests.Engine.State;

// Goal: counting in one pass, with and without the cache of rows, does what find, touch and count do one after the other.
// Method: both ways beside a dictionary; skewed and uniform keys, zero and one among them, new batches and cleared tables.
public sealed unsafe class FoldTests : IDisposable
{
    private const int Count = 16;
    private readonly SizeClassPool _buffers = new();
    private readonly StatePool _pages = new();
    private readonly BufferAllocator _account;

    public FoldTests() => _account = new BufferAllocator("test", _buffers);

    public void Dispose()
    {
        _account.Dispose();
        _pages.Dispose();
        _buffers.Dispose();
    }

    [Theory]
    [InlineData(1, 7, true)]
    [InlineData(2, 300, true)]
    [InlineData(3, 20_000, true)]
    [InlineData(4, 300, false)]
    [InlineData(5, 20_000, false)]
    public void One_pass_counts_and_touches_like_three(int seed, int keyCount, bool cached)
    {
        var random = new Random(seed);
        var layout = new StateLayout([new Field("k", DataType.Int64)], [new StateCell("n", CellType.Int64)]);
        using var table = new StateTable(layout, _pages, _account);
        using var encoder = new KeyEncoder(layout, _account);
        using var cache = new RowCache(_account);
        var counts = new Dictionary<long, long>();
        ulong[] hashes = new ulong[256];
        for (int batch = 0; batch < 400; batch++)
        {
            bool tracks = batch > 200;
            HashSet<long> touched = [];
            if (tracks)
            {
                table.BeginBatch();
            }

            for (int block = 0; block < 4; block++)
            {
                int rows = random.Next(1, 257);
                long[] keys = Keys(random, rows, keyCount);
                using var builder = new FixedWidthBuilder(DataType.Int64, _account, rows);
                foreach (long key in keys)
                {
                    builder.Append(key);
                    counts[key] = counts.GetValueOrDefault(key) + 1;
                    touched.Add(key);
                }

                ArrayData column = builder.Finish();
                encoder.Encode([column], rows);
                KeyHash.Hash([column], rows, hashes);
                var update = new CountUpdate(Count);
                fixed (ulong* h = hashes)
                {
                    if (!cached || !table.TryFold(encoder, 0, rows, update, cache))
                    {
                        table.Fold(encoder, h, 0, rows, update);
                    }
                }

                column.Release();
            }

            Assert.True(!tracks || touched.Count == table.TouchedCount, $"seed {seed}, batch {batch}");
            if (random.Next(60) == 0)
            {
                table.Clear();
                counts.Clear();
            }
        }

        var found = new Dictionary<long, long>();
        table.EnsureOpen();
        for (uint slot = 1; table.NextLive(ref slot) is var row && row is not null;)
        {
            found.Add(*(long*)(row + 8), *(long*)(row + Count));
        }

        Assert.Equal(counts, found);
    }

    private static long[] Keys(Random random, int rows, int keyCount)
    {
        long[] keys = new long[rows];
        for (int i = 0; i < rows; i++)
        {
            // Uniform keys miss the cache until it pauses.
            keys[i] = keyCount > 10_000 ? random.Next(keyCount) : random.Next(3) switch
            {
                0 => random.Next(2),
                1 => random.Next(-3, 4),
                _ => random.Next(keyCount),
            };
        }

        return keys;
    }
}
