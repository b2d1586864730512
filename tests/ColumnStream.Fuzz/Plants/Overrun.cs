using System;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Fuzz.Plants;

/// <summary>Reads outside a buffer under guard, which ends the process.</summary>
internal static class Overrun
{
    public static unsafe void Read(long capacity, long offset, long length)
    {
        using var pool = new GuardedPool();
        using var account = new BufferAllocator("plant", pool);
        NativeBuffer buffer = account.Allocate(capacity);
        int sum = 0;
        for (long i = 0; i < length; i += 64)
        {
            sum += buffer.Pointer[offset + i];
        }

        GC.KeepAlive(sum);
        buffer.Release();
    }
}
