using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.State;
using Xunit;

namespace ColumnStream.Tests.Engine.State;

// Goal: memory of ended jobs goes back to the system, that of living ones never does.
// Breaks when a lent page lies in a chunk that was given back, when free pages are lost or lent twice.
public sealed unsafe class StatePoolTests
{
    private const int PagesOfChunk = 32;

    [Fact]
    public void Trimming_takes_whole_idle_chunks_only_and_keeps_what_it_shall()
    {
        using var buffers = new SizeClassPool();
        using var account = new BufferAllocator("pages", buffers);
        using var pool = new StatePool();
        var lent = new List<nint>();
        for (int i = 0; i < 10 * PagesOfChunk; i++)
        {
            lent.Add((nint)pool.Rent(account));
            *(int*)lent[i] = i;
        }

        // One page of the third and all of the ninth chunk stay lent.
        var kept = new Dictionary<nint, int> { [lent[(2 * PagesOfChunk) + 7]] = (2 * PagesOfChunk) + 7 };
        for (int i = 8 * PagesOfChunk; i < 9 * PagesOfChunk; i++)
        {
            kept.Add(lent[i], i);
        }

        foreach (nint page in lent)
        {
            if (!kept.ContainsKey(page))
            {
                pool.Return((byte*)page, account);
            }
        }

        const long chunk = PagesOfChunk * StatePool.PageBytes;
        long idle = (10 * chunk) - ((1 + PagesOfChunk) * (long)StatePool.PageBytes);
        Assert.Equal(0, pool.Trim(idle));
        Assert.Equal(3 * chunk, pool.Trim(idle - (3 * chunk)));
        Assert.Equal(5 * chunk, pool.Trim(0));
        Assert.Equal(0, pool.Trim(0));
        Assert.Equal(kept.Count, pool.LentPages);
        foreach ((nint page, int content) in kept)
        {
            Assert.Equal(content, *(int*)page);
        }

        // What is left comes once each, then new memory.
        for (int i = 0; i < 2 * PagesOfChunk; i++)
        {
            byte* page = pool.Rent(account);
            kept.Add((nint)page, -1);
            new Span<byte>(page, StatePool.PageBytes).Clear();
        }

        foreach (nint page in kept.Keys)
        {
            pool.Return((byte*)page, account);
        }
    }
}
