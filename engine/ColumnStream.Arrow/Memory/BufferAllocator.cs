using System;
using System.Threading;

namespace ColumnStream.Arrow.Memory;

/// <summary>Hands out buffers against a named limit and reports, at dispose, any that were not returned.</summary>
/// <remarks>Thread-safe. Accounts nest: a child's bytes count against every parent's limit too.</remarks>
public sealed class BufferAllocator : IDisposable
{
    private readonly BufferPool _pool;
    private readonly BufferAllocator? _parent;
    private readonly long _limitBytes;
    private long _usedBytes;
    private long _peakBytes;

    /// <summary>Makes a root account over <paramref name="pool"/>.</summary>
    public BufferAllocator(string name, BufferPool pool, long limitBytes = long.MaxValue)
    {
        Name = name;
        _pool = pool;
        _limitBytes = limitBytes;
    }

    private BufferAllocator(string name, BufferAllocator parent, long limitBytes)
        : this(name, parent._pool, limitBytes) => _parent = parent;

    /// <summary>Gets the name that errors and metrics show.</summary>
    public string Name { get; }

    /// <summary>Gets the bytes lent now, children included.</summary>
    public long UsedBytes => Interlocked.Read(ref _usedBytes);

    /// <summary>Gets the most bytes lent at once so far.</summary>
    public long PeakBytes => Interlocked.Read(ref _peakBytes);

    /// <summary>Gets the limit in bytes.</summary>
    public long LimitBytes => _limitBytes;

    /// <summary>Gets the smallest limit among this account and its parents.</summary>
    public long TightestLimitBytes
    {
        get
        {
            long limit = _limitBytes;
            for (BufferAllocator? a = _parent; a is not null; a = a._parent)
            {
                limit = Math.Min(limit, a._limitBytes);
            }

            return limit;
        }
    }

    /// <summary>Gets how many bytes may still be lent before this account or a parent is full.</summary>
    public long FreeBytes
    {
        get
        {
            long free = long.MaxValue;
            for (BufferAllocator? a = this; a is not null; a = a._parent)
            {
                free = Math.Min(free, a._limitBytes - a.UsedBytes);
            }

            return free;
        }
    }

    /// <summary>Makes an account below this one.</summary>
    public BufferAllocator Child(string name, long limitBytes = long.MaxValue) => new(name, this, limitBytes);

    /// <summary>Lends a buffer whose content is undefined; the caller owns the one reference.</summary>
    /// <exception cref="MemoryLimitException">This account or a parent would exceed its limit.</exception>
    public NativeBuffer Allocate(long lengthBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        CheckRoom(lengthBytes);
        NativeBuffer buffer = _pool.Rent(lengthBytes);
        if (!TryCharge(buffer.Capacity, out BufferAllocator? full))
        {
            _pool.Return(buffer);
            throw new MemoryLimitException(full!.Name, full.LimitBytes, full.UsedBytes, buffer.Capacity);
        }

        buffer.Lend(this, lengthBytes);
        return buffer;
    }

    /// <summary>Lends a buffer of zeros.</summary>
    /// <exception cref="MemoryLimitException">This account or a parent would exceed its limit.</exception>
    public unsafe NativeBuffer AllocateZeroed(long lengthBytes)
    {
        NativeBuffer buffer = Allocate(lengthBytes);
        System.Runtime.InteropServices.NativeMemory.Clear(buffer.Pointer, (nuint)buffer.Capacity);
        return buffer;
    }

    /// <summary>Counts <paramref name="bytes"/> of memory that another pool lends: pages of keyed state.</summary>
    /// <exception cref="MemoryLimitException">This account or a parent would exceed its limit.</exception>
    public void Charge(long bytes)
    {
        if (!TryCharge(bytes, out BufferAllocator? full))
        {
            throw new MemoryLimitException(full!.Name, full.LimitBytes, full.UsedBytes, bytes);
        }
    }

    /// <summary>Takes back a <see cref="Charge"/>.</summary>
    public void Uncharge(long bytes) => Credit(bytes);

    /// <summary>Checks that everything was returned.</summary>
    /// <exception cref="InvalidOperationException">Bytes are still lent: a leak.</exception>
    public void Dispose()
    {
        if (UsedBytes != 0)
        {
            throw new InvalidOperationException($"Account has unreturned buffers: {Name}, {UsedBytes} bytes.");
        }
    }

    internal void Credit(long bytes)
    {
        for (BufferAllocator? a = this; a is not null; a = a._parent)
        {
            Interlocked.Add(ref a._usedBytes, -bytes);
        }
    }

    /// <summary>
    /// Refuses what cannot fit before the pool is asked, so that no request reaches the system in vain.
    /// </summary>
    private void CheckRoom(long bytes)
    {
        for (BufferAllocator? a = this; a is not null; a = a._parent)
        {
            if (bytes > a._limitBytes - a.UsedBytes)
            {
                throw new MemoryLimitException(a.Name, a._limitBytes, a.UsedBytes, bytes);
            }
        }
    }

    private bool TryCharge(long bytes, out BufferAllocator? full)
    {
        for (BufferAllocator? a = this; a is not null; a = a._parent)
        {
            long used = Interlocked.Add(ref a._usedBytes, bytes);
            if (used > a._limitBytes)
            {
                for (BufferAllocator? b = this; b != a._parent; b = b!._parent)
                {
                    Interlocked.Add(ref b!._usedBytes, -bytes);
                }

                full = a;
                return false;
            }

            long peak = Interlocked.Read(ref a._peakBytes);
            while (used > peak)
            {
                long seen = Interlocked.CompareExchange(ref a._peakBytes, used, peak);
                if (seen == peak)
                {
                    break;
                }

                peak = seen;
            }
        }

        full = null;
        return true;
    }
}
