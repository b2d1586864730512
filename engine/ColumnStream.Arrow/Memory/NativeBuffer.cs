using System;
using System.Runtime.CompilerServices;
using System.Threading;

namespace ColumnStream.Arrow.Memory;

/// <summary>Owns one 64-byte-aligned region with a reference count; whoever receives a reference releases it.</summary>
/// <remarks>
/// The count may be changed from any thread; the content is written by one owner before it is shared.
/// At least <see cref="BufferPool.Padding"/> bytes behind <see cref="Capacity"/> are readable, unless it is foreign.
/// </remarks>
public sealed unsafe class NativeBuffer
{
    private readonly BufferPool _pool;
    private readonly NativeBuffer? _parent;
    private BufferAllocator? _account;
    private int _references;

    internal NativeBuffer(BufferPool pool, byte* pointer, long capacity, bool isForeign = false)
    {
        IsForeign = isForeign;
        _pool = pool;
        Pointer = pointer;
        Capacity = capacity;
    }

    private NativeBuffer(NativeBuffer parent, byte* pointer, long length)
        : this(parent._pool, pointer, length, parent.IsForeign)
    {
        _parent = parent;
        _references = 1;
        Length = length;
    }

    /// <summary>Gets the first byte.</summary>
    public byte* Pointer { get; }

    /// <summary>Gets the usable bytes.</summary>
    public long Capacity { get; }

    /// <summary>
    /// Gets whether the memory was lent by other code: nothing is readable behind it, and it need not be aligned.
    /// </summary>
    public bool IsForeign { get; }

    /// <summary>Gets or sets the bytes that carry content; what files and wires write.</summary>
    public long Length { get; set; }

    /// <summary>Gets the content as a span; the buffer must be below 2 GiB.</summary>
    public Span<byte> Span => new(Pointer, checked((int)Length));

    /// <summary>Gets the buffer whose memory this one lies in: itself, unless it is a part of another.</summary>
    public NativeBuffer Root => _parent is null ? this : _parent.Root;

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

    /// <summary>Makes a buffer of <paramref name="length"/> bytes inside this one, which it keeps alive.</summary>
    /// <remarks>The account keeps paying for the whole, once. Content may stand behind <see cref="Length"/>.</remarks>
    public NativeBuffer Slice(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Capacity - offset);
        return new NativeBuffer(Retain(), Pointer + offset, length);
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

        if (_parent is not null)
        {
            _parent.Release();
            return;
        }

        BufferAllocator? account = _account;
        _account = null;
        _pool.Return(this);
        account?.Credit(Capacity);
    }

    /// <summary>Makes a buffer over foreign memory that lives as long as this owner.</summary>
    internal NativeBuffer Cut(byte* pointer, long length) => new(Retain(), pointer, length);

    /// <summary>Makes the first reference of a buffer that no account lends.</summary>
    internal void Open() => _references = 1;

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
