using System;
using System.Collections.Generic;
using System.Threading;

namespace ColumnStream.Arrow.Memory;

/// <summary>
/// Gives every buffer its own pages, so that overruns and use after release stop the process at once.
/// </summary>
/// <remarks>
/// <code>
/// | no access | ... undefined ... | capacity (a multiple of 64) | 64 bytes of 0xFD | no access |
/// </code>
/// Released pages lose access and are not used again until <c>keptBytes</c> or <c>keptMappings</c> of them pile up;
/// then the oldest are unmapped. New buffers are filled with 0xFB. Bytes written into the padding are found at release.
/// For tests: a buffer costs several system calls and two pages. Linux only.
/// </remarks>
public sealed unsafe class GuardedPool : BufferPool
{
    private const byte FreshByte = 0xFB;
    private const byte PaddingByte = 0xFD;
    private const long LargestBuffer = 1L << 46;
    private readonly long _pageBytes = Environment.SystemPageSize;
    private readonly long _keptBytes;
    private readonly int _keptMappings;
    private readonly Lock _lock = new();
    private readonly Queue<(nint Address, long Bytes)> _dead = new();
    private long _deadBytes;
    private bool _disposed;

    /// <summary>Makes a pool; the limits are on address space that was released, which costs no memory.</summary>
    /// <param name="keptBytes">The most bytes that stay mapped without access.</param>
    /// <param name="keptMappings">The most mappings that stay; the system allows 65,530 in all.</param>
    public GuardedPool(long keptBytes = 64L << 30, int keptMappings = 16_384)
    {
        _keptBytes = keptBytes;
        _keptMappings = keptMappings;
    }

    internal override NativeBuffer Rent(long length)
    {
        if (length > LargestBuffer)
        {
            throw new OutOfMemoryException($"Buffer exceeds the address space: {length}.");
        }

        long capacity = Math.Max(64, (length + 63) & ~63L);
        long open = OpenBytes(capacity);
        long whole = open + (2 * _pageBytes);
        int flags = NativePages.PrivateAnonymous | NativePages.NoReserve;
        byte* region = NativePages.Map(null, (nuint)whole, NativePages.None, flags, -1, 0);
        if ((nint)region == -1)
        {
            throw new OutOfMemoryException($"Pages cannot be mapped: {whole} bytes.");
        }

        byte* first = region + _pageBytes;
        if (NativePages.Protect(first, (nuint)open, NativePages.ReadWrite) != 0)
        {
            _ = NativePages.Unmap(region, (nuint)whole);
            throw new OutOfMemoryException($"Pages cannot be opened: {open} bytes.");
        }

        byte* pointer = first + open - Padding - capacity;
        new Span<byte>(pointer, (int)Math.Min(capacity, 1 << 20)).Fill(FreshByte);
        new Span<byte>(pointer + capacity, Padding).Fill(PaddingByte);
        return new NativeBuffer(this, pointer, capacity);
    }

    internal override void Return(NativeBuffer buffer)
    {
        bool overrun = new ReadOnlySpan<byte>(buffer.Pointer + buffer.Capacity, Padding).ContainsAnyExcept(PaddingByte);
        long open = OpenBytes(buffer.Capacity);
        byte* region = buffer.Pointer + buffer.Capacity + Padding - open - _pageBytes;
        Close(region, open + (2 * _pageBytes));
        if (overrun)
        {
            throw new InvalidOperationException($"Padding behind a buffer was written: {buffer.Capacity} bytes.");
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        lock (_lock)
        {
            _disposed = true;
            Trim(keptBytes: 0, keptMappings: 0);
        }
    }

    private long OpenBytes(long capacity) => (capacity + Padding + _pageBytes - 1) & -_pageBytes;

    private void Close(byte* region, long bytes)
    {
        int flags = NativePages.PrivateAnonymous | NativePages.NoReserve | NativePages.Fixed;
        lock (_lock)
        {
            // A fresh mapping over the old one drops its memory and its access in one call.
            if (_disposed || (nint)NativePages.Map(region, (nuint)bytes, NativePages.None, flags, -1, 0) == -1)
            {
                _ = NativePages.Unmap(region, (nuint)bytes);
                return;
            }

            _dead.Enqueue(((nint)region, bytes));
            _deadBytes += bytes;
            Trim(_keptBytes, _keptMappings);
        }
    }

    private void Trim(long keptBytes, int keptMappings)
    {
        while (_dead.Count > keptMappings || _deadBytes > keptBytes)
        {
            (nint address, long bytes) = _dead.Dequeue();
            _deadBytes -= bytes;
            _ = NativePages.Unmap((byte*)address, (nuint)bytes);
        }
    }
}
