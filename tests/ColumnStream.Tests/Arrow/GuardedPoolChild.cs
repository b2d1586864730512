using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Tests.Arrow;

/// <summary>Does, in a process of its own, what must stop a process.</summary>
internal static unsafe class GuardedPoolChild
{
    public const string Variable = "COLUMNSTREAM_TEST_GUARDED_POOL";

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The test assembly is its own child program.")]
    internal static void Run()
    {
        string? deed = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(deed))
        {
            return;
        }

        Environment.SetEnvironmentVariable(BufferPools.Variable, "debug");
        using BufferPool pool = BufferPools.FromEnvironment();
        var account = new BufferAllocator("child", pool);
        NativeBuffer buffer = account.Allocate(1000);
        byte* pointer = buffer.Pointer;
        long end = buffer.Capacity + BufferPool.Padding;
        int sum = pointer[0] + pointer[end - 1];
        if (deed == "after-release")
        {
            buffer.Release();
            sum += pointer[0];
        }
        else if (deed == "overrun")
        {
            sum += pointer[end];
        }

        Environment.Exit(sum == int.MinValue ? 1 : 0);
    }
}
