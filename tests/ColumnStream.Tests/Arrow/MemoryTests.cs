using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow.Memory;
using Xunit;

namespace ColumnStream.Tests.Arrow;

/// <summary>Checks accounts, limits, leaks, bit operations and the guarded pool.</summary>
public sealed unsafe class MemoryTests
{
    [Fact]
    public void Accounts_nest_and_a_full_parent_refuses_its_child()
    {
        using var pool = new SizeClassPool();
        using var root = new BufferAllocator("root", pool, limitBytes: 4096);
        using BufferAllocator left = root.Child("left");
        using BufferAllocator right = root.Child("right", limitBytes: 1024);
        NativeBuffer a = left.Allocate(3000);
        Assert.Equal(4096, root.UsedBytes);
        MemoryLimitException full = Assert.Throws<MemoryLimitException>(() => right.Allocate(100));
        Assert.Equal("root", full.Account);
        Assert.Equal((0, 4096), (right.UsedBytes, root.UsedBytes));
        a.Release();
        Assert.Equal("right", Assert.Throws<MemoryLimitException>(() => right.Allocate(2000)).Account);
        NativeBuffer b = right.Allocate(1000);
        Assert.Equal((1024, 1024, 4096), (right.UsedBytes, root.UsedBytes, root.PeakBytes));
        b.Release();
    }

    [Fact]
    public void Trimming_frees_idle_buffers_of_the_largest_sizes_first()
    {
        using var pool = new SizeClassPool();
        using var account = new BufferAllocator("trimmed", pool);
        NativeBuffer[] buffers = [account.Allocate(1 << 10), account.Allocate(1 << 12), account.Allocate(1 << 16), account.Allocate(1 << 12)];
        nint small = (nint)buffers[0].Pointer;
        buffers[3].Pointer[0] = 7;
        foreach (NativeBuffer buffer in buffers[..3])
        {
            buffer.Release();
        }

        Assert.Equal(0, pool.Trim(1 << 20));
        Assert.Equal((1 << 16) + (1 << 12), pool.Trim(1 << 10));
        Assert.Equal(7, buffers[3].Pointer[0]);
        buffers[3].Release();
        NativeBuffer again = account.Allocate(1 << 10);
        Assert.Equal(small, (nint)again.Pointer);
        again.Release();
        Assert.Equal((1 << 10) + (1 << 12), pool.Trim(0));
    }

    [Fact]
    public void A_leak_is_reported_with_its_account()
    {
        using var pool = new SizeClassPool();
        var account = new BufferAllocator("leaky", pool);
        NativeBuffer buffer = account.Allocate(10);
        string message = Assert.Throws<InvalidOperationException>(account.Dispose).Message;
        Assert.Contains("leaky", message, StringComparison.Ordinal);
        buffer.Release();
        account.Dispose();
    }

    [Fact]
    public void A_second_release_is_refused_and_a_slice_keeps_its_parent()
    {
        using var pool = new GuardedPool();
        using var account = new BufferAllocator("slices", pool);
        NativeBuffer buffer = account.Allocate(100);
        NativeBuffer slice = buffer.Slice(60, 20);
        buffer.Pointer[60] = 7;
        buffer.Release();
        Assert.Equal(7, slice.Span[0]);
        Assert.True(account.UsedBytes > 0);
        slice.Release();
        Assert.Equal(0, account.UsedBytes);
        Assert.Throws<InvalidOperationException>(buffer.Release);
        Assert.Throws<InvalidOperationException>(buffer.Retain);
    }

    [Fact]
    public void Threads_share_a_pool_and_leave_accounts_at_zero()
    {
        using var pool = new SizeClassPool(idleLimitBytes: 1 << 20);
        using var root = new BufferAllocator("threads", pool);
        Parallel.For(0, 4, worker =>
        {
            var random = new Random(worker);
            for (int i = 0; i < 2000; i++)
            {
                NativeBuffer buffer = root.Allocate(random.Next(1, 1 << 16));
                buffer.Pointer[0] = (byte)worker;
                buffer.Pointer[buffer.Capacity - 1] = (byte)worker;
                Thread.MemoryBarrier();
                Assert.Equal(buffer.Pointer[0], buffer.Pointer[buffer.Capacity - 1]);
                buffer.Release();
            }
        });
    }

    [Fact]
    public void Guarded_buffers_are_aligned_fresh_and_never_lent_twice()
    {
        using var pool = new GuardedPool(keptMappings: 100);
        using var account = new BufferAllocator("guarded", pool);
        nint last = 0;
        for (int i = 0; i < 300; i++)
        {
            NativeBuffer buffer = account.Allocate(i * 37);
            Assert.Equal(0, (nint)buffer.Pointer % 64);
            Assert.NotEqual(last, (nint)buffer.Pointer);
            Assert.Equal(0xFB, buffer.Pointer[0]);
            last = (nint)buffer.Pointer;
            buffer.Release();
        }
    }

    [Fact]
    public void Writing_into_the_padding_is_found_at_release()
    {
        using var pool = new GuardedPool();
        var account = new BufferAllocator("overrun", pool);
        NativeBuffer buffer = account.Allocate(64);
        buffer.Pointer[64] = 1;
        Assert.Throws<InvalidOperationException>(buffer.Release);
    }

    [Theory]
    [InlineData("none", 0)]
    [InlineData("after-release", 134)]
    [InlineData("overrun", 134)]
    public void Touching_memory_that_is_not_lent_stops_the_process(string deed, int exitCode)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add("--runtimeconfig");
        string program = typeof(MemoryTests).Assembly.Location;
        start.ArgumentList.Add(System.IO.Path.ChangeExtension(program, ".runtimeconfig.json"));
        start.ArgumentList.Add(program);
        start.Environment[GuardedPoolChild.Variable] = deed;
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        using Process child = Process.Start(start)!;
        string errors = child.StandardError.ReadToEnd();
        child.WaitForExit();
        Assert.True(child.ExitCode == exitCode, $"exit code {child.ExitCode}: {errors}");
    }

    [Fact]
    public void Bitmaps_copy_count_and_fill_like_bit_by_bit()
    {
        var random = new Random(5);
        byte* source = stackalloc byte[64];
        byte* target = stackalloc byte[65];
        for (int round = 0; round < 2000; round++)
        {
            random.NextBytes(new Span<byte>(source, 64));
            int offset = random.Next(200);
            int length = random.Next(300);
            int bytes = (length + 7) >> 3;
            new Span<byte>(target, 65).Fill(0xAA);
            Bitmap.Copy(source, offset, target, length);
            int ones = 0;
            for (int i = 0; i < bytes * 8; i++)
            {
                bool expected = i < length && Bitmap.Get(source, offset + i);
                ones += expected ? 1 : 0;
                Assert.Equal(expected, Bitmap.Get(target, i));
            }

            Assert.Equal(0xAA, target[bytes]);
            Assert.Equal(ones, Bitmap.Count(target, length));
            Bitmap.Fill(target, length);
            Assert.Equal(length, Bitmap.Count(target, bytes * 8));
            Assert.Equal(0xAA, target[bytes]);
        }
    }

    [Fact]
    public void Bitmaps_append_like_bit_by_bit_and_write_nothing_behind()
    {
        var random = new Random(6);
        byte* source = stackalloc byte[64];
        byte* target = stackalloc byte[160];
        for (int round = 0; round < 3000; round++)
        {
            random.NextBytes(new Span<byte>(source, 64));
            new Span<byte>(target, 160).Fill(0xAA);
            var expected = new List<bool>();
            for (int parts = random.Next(1, 4); parts > 0; parts--)
            {
                bool ones = random.Next(3) == 0;
                int length = random.Next(random.Next(2) == 0 ? 400 : 20);
                Bitmap.Append(target, expected.Count, ones ? null : source, length);
                for (int i = 0; i < length; i++)
                {
                    expected.Add(ones || Bitmap.Get(source, i));
                }
            }

            int bytes = (expected.Count + 7) >> 3;
            for (int i = 0; i < bytes * 8; i++)
            {
                Assert.Equal(i < expected.Count && expected[i], Bitmap.Get(target, i));
            }

            Assert.Equal(0xAA, target[bytes]);
        }
    }
}
