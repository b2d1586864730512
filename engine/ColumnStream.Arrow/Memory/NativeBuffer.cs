using System;
using System.Runtime.CompilerServices;
using System.Threading;

namespace ColumnStream.Arrow.Memory;

/// <summary>Owns one 64-byte-aligned region with a reference count; whoever receives a reference releases it.</summary>
/// <remarks>
/// The count may be changed from any thread; the content is written by one owner before it is shared.
/// At least <see cref="BufferPool.Padding"/> bytes behind <see cref="Capacity"/> are readable.
/// </remarks>
public sealed unsafe class NativeBuffer
{
    private readonly BufferPool _pool;
    private BufferAllocator? _account;
    private int _references;

    internal NativeBuffer(BufferPool pool, byte* pointer, long capacity)
    {
        _pool = pool;
        Pointer = pointer;
        Capacity = capacity;
    }

    /// <summary>Gets the first byte.</summary>
    public byte* Pointer { get; }

    /// <summary>Gets the usable bytes.</summary>
    public long Capacity { get; }

    /// <summary>Gets or sets the bytes that carry content; what files and wires write.</summary>
    public long Length { get; set; }

    /// <summary>Gets the content as a span; the buffer must be below 2 GiB.</summary>
    public Span<byte> Span => new(Pointer, checked((int)Length));

    /// <summary>Gets whether more than one reference exists.</summary>
    public bool IsShared => Volatile.Read(ref _references) > 1;

    /// <summary>Adds a reference and returns this buffer.</summary>
    public NativeBuffer Retain()
    {
        if (Interlocked.Increment(ref _references) <= 1)
        {
            ThrowReleased();
        }

        return this;
    }

    /// <summary>Drops a reference; the last one gives the memory back to pool and account.</summary>
    public void Release()
    {
        int left = Interlocked.Decrement(ref _references);
        if (left > 0)
        {
            return;
        }

        if (left < 0)
        {
            ThrowReleased();
        }

        BufferAllocator? account = _account;
        _account = null;
        _pool.Return(this);
        account?.Credit(Capacity);
    }

    internal void Lend(BufferAllocator account, long length)
    {
        _account = account;
        Length = length;
        _references = 1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowReleased() =>
        throw new InvalidOperationException("Buffer was already released.");
}
