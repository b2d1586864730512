using System;
using System.Buffers;
using System.Linq;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Hosting;
using ColumnStream.Testing.Hostile;
using Xunit;

namespace ColumnStream.Tests.Flight;

/// <summary>Blocks of network memory: what is kept, what goes, and that calls really take theirs from there.</summary>
public sealed class NetworkPoolTests
{
    private const int Block = 4096;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>Idle blocks are capped, and dropped when nobody needed them for a while.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Blocks_that_nobody_needs_go(bool isNative)
    {
        using var pool = new NetworkPool(Block, isNative, 4 * Block, TimeProvider.System);
        var lent = Enumerable.Range(0, 10).Select(_ => pool.Rent()).ToList();
        Assert.Equal(10 * Block, pool.TotalBytes);
        lent.ForEach(b => b.Dispose());
        lent.ForEach(b => b.Dispose());
        Assert.Equal(4 * Block, pool.TotalBytes);
        pool.Trim();
        pool.Rent().Dispose();
        pool.Trim();
        Assert.Equal(Block, pool.TotalBytes);
    }

    [Fact]
    public void Memory_of_a_block_stays_while_somebody_holds_it_and_goes_with_the_last()
    {
        WeakReference manager = HoldAndLetGo();
        for (int i = 0; i < 10 && manager.IsAlive; i++)
        {
            Collect();
        }

        Assert.False(manager.IsAlive);
    }

    /// <summary>Breaks where the server takes calls' blocks from elsewhere: from the heap, or as large as those of sockets.</summary>
    [Fact]
    public async Task Calls_that_wait_hold_small_blocks_outside_the_heap()
    {
        const int Calls = 30;
        await using MatrixServer server = await MatrixServer.StartAsync();
        using var limit = new CancellationTokenSource(s_limit);
        using HostilePeer peer = await HostilePeer.GreetAsync(
            new HostileTarget(server.Server.Addresses[0]!, IPAddress.Loopback, string.Empty, Seed: 1), limit.Token);
        for (int i = 0; i < Calls; i++)
        {
            int stream = await peer.OpenAsync(Http2Frame.Call(MatrixRoutes.Service + "Sum", token: null), limit.Token);
            // Less than the head of a message, which stays where it came to until the rest is there.
            await peer.WriteAsync(stream, Http2Frame.Message(new byte[10], length: 1000).AsSpan(0, 3), limit.Token);
        }

        while (server.Server.CallNetworkBytes < Calls * (16 << 10))
        {
            await Task.Delay(5, limit.Token);
        }

        // A block of the request and one of the answer's headers, at most.
        Assert.InRange(server.Server.CallNetworkBytes, Calls * (16 << 10), 2 * Calls * (16 << 10));
        Assert.InRange(server.Server.NetworkBytes - server.Server.CallNetworkBytes, 64 << 10, 16 * (64 << 10));
    }

    // By itself, so that no place on the caller's stack keeps the block.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference HoldAndLetGo()
    {
        var pool = new NetworkPool(Block, isNative: true, idleBytes: 0, TimeProvider.System);
        IMemoryOwner<byte> block = pool.Rent();
        Memory<byte> held = block.Memory;
        held.Span.Fill(7);
        block.Dispose();
        block = null!;
        pool.Dispose();
        Collect();
        Assert.Equal(0, pool.TotalBytes);
        Assert.All(held.ToArray(), static b => Assert.Equal(7, b));
        Assert.True(MemoryMarshal.TryGetMemoryManager<byte, MemoryManager<byte>>(held, out MemoryManager<byte>? manager));
        return new WeakReference(manager);
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}
