using System;
using System.Collections.Generic;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Threading;

namespace ColumnStream.Arrow.Memory;

/// <summary>Keeps free buffers in lists by power-of-two size; the pool for production.</summary>
/// <remarks>Buffer objects are reused together with their memory, so that steady state allocates nothing.</remarks>
public sealed unsafe class SizeClassPool : BufferPool
{
    private const int SmallestBits = 8;
    private const int LargestBits = 26;
    private const long LargestBuffer = 1L << 46;
    private readonly Stack<NativeBuffer>[] _free = new Stack<NativeBuffer>[LargestBits + 1];
    private readonly Lock[] _locks = new Lock[LargestBits + 1];
    private readonly long _idleLimitBytes;
    private long _idleBytes;
    private volatile bool _disposed;

    /// <summary>Makes a pool that keeps at most <paramref name="idleLimitBytes"/> of idle memory.</summary>
    public SizeClassPool(long idleLimitBytes = 1L << 30)
    {
        _idleLimitBytes = idleLimitBytes;
        for (int i = 0; i < _free.Length; i++)
        {
            _free[i] = new Stack<NativeBuffer>();
            _locks[i] = new Lock();
        }
    }

    internal override NativeBuffer Rent(long length)
    {
        int bits = ClassOf(length);
        if (bits <= LargestBits)
        {
            lock (_locks[bits])
            {
                if (_free[bits].TryPop(out NativeBuffer? buffer))
                {
                    Interlocked.Add(ref _idleBytes, -buffer.Capacity);
                    return buffer;
                }
            }
        }

        if (length > LargestBuffer)
        {
            throw new OutOfMemoryException($"Buffer exceeds the address space: {length}.");
        }

        long capacity = bits <= LargestBits ? 1L << bits : (length + 63) & ~63L;
        return new NativeBuffer(this, (byte*)NativeMemory.AlignedAlloc((nuint)(capacity + Padding), 64), capacity);
    }

    internal override void Return(NativeBuffer buffer)
    {
        int bits = ClassOf(buffer.Capacity);
        if (bits <= LargestBits)
        {
            lock (_locks[bits])
            {
                if (!_disposed && Interlocked.Read(ref _idleBytes) + buffer.Capacity <= _idleLimitBytes)
                {
                    _free[bits].Push(buffer);
                    Interlocked.Add(ref _idleBytes, buffer.Capacity);
                    return;
                }
            }
        }

        NativeMemory.AlignedFree(buffer.Pointer);
    }

    /// <inheritdoc/>
    public override long Trim(long keptBytes)
    {
        long freed = 0;
        for (int i = LargestBits; i >= SmallestBits; i--)
        {
            lock (_locks[i])
            {
                while (Interlocked.Read(ref _idleBytes) > keptBytes && _free[i].TryPop(out NativeBuffer? buffer))
                {
                    Interlocked.Add(ref _idleBytes, -buffer.Capacity);
                    freed += buffer.Capacity;
                    NativeMemory.AlignedFree(buffer.Pointer);
                }
            }
        }

        return freed;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        Trim(keptBytes: 0);
    }

    private static int ClassOf(long length) =>
        Math.Max(SmallestBits, 64 - BitOperations.LeadingZeroCount((ulong)Math.Max(1, length) - 1));
}
