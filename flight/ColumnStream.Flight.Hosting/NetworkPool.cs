using System;
using System.Buffers;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace ColumnStream.Flight.Hosting;

/// <summary>Lends Kestrel blocks of one size: large ones to sockets, so that a receive takes much at once, small ones to calls.</summary>
/// <remarks>
/// Thread-safe. The block that came back last is lent first. Idle blocks are kept up to a cap; a timer drops those that nobody needed since
/// it last ran. The memory of a block is freed when nobody can reach it any more, so that no error of a borrower touches freed memory.
/// </remarks>
internal sealed class NetworkPool : MemoryPool<byte>, IMemoryPoolFactory<byte>, IMemoryPoolFeature
{
    private static readonly TimeSpan TrimPeriod = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private readonly Stack<Block> _idle = new();
    private readonly bool _isNative;
    private readonly int _mostIdle;
    private readonly ITimer _timer;
    private int _leastIdle;
    private long _blocks;
    private bool _isDisposed;

    /// <summary>Makes a pool.</summary>
    /// <param name="blockBytes">The size of its blocks.</param>
    /// <param name="isNative">Whether blocks lie outside the heap of the runtime; its sockets only take arrays.</param>
    /// <param name="idleBytes">What is kept while nobody needs it.</param>
    /// <param name="time">Runs the timer.</param>
    public NetworkPool(int blockBytes, bool isNative, long idleBytes, TimeProvider time)
    {
        BlockBytes = blockBytes;
        _isNative = isNative;
        _mostIdle = (int)(idleBytes / blockBytes);
        _timer = time.CreateTimer(_ => Trim(), null, TrimPeriod, TrimPeriod);
    }

    /// <summary>Gets the bytes of a block.</summary>
    public int BlockBytes { get; }

    public override int MaxBufferSize => BlockBytes;

    /// <summary>Gets the bytes of all blocks, lent and idle.</summary>
    public long TotalBytes => Interlocked.Read(ref _blocks) * BlockBytes;

    /// <summary>Gets whether a part of the server asked for it: a registration of another pool would win in silence.</summary>
    public bool IsInUse { get; private set; }

    MemoryPool<byte> IMemoryPoolFeature.MemoryPool => this;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null)
    {
        IsInUse = true;
        return new Share(this);
    }

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        lock (_lock)
        {
            if (_idle.TryPop(out Block? block))
            {
                _leastIdle = Math.Min(_leastIdle, _idle.Count);
                block.Open();
                return block;
            }
        }

        Interlocked.Increment(ref _blocks);
        return new Block(
            this, _isNative ? new NativeBlock(BlockBytes).Memory : GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true));
    }

    /// <summary>Drops the blocks that were idle all the time since the last call.</summary>
    public void Trim()
    {
        lock (_lock)
        {
            Drop(_leastIdle);
            _leastIdle = _idle.Count;
        }
    }

    protected override void Dispose(bool disposing)
    {
        _timer.Dispose();
        lock (_lock)
        {
            _isDisposed = true;
            Drop(_idle.Count);
        }
    }

    private void Drop(int count)
    {
        for (; count > 0; count--)
        {
            _idle.Pop();
            Interlocked.Decrement(ref _blocks);
        }
    }

    private void Return(Block block)
    {
        lock (_lock)
        {
            if (!_isDisposed && _idle.Count < _mostIdle)
            {
                _idle.Push(block);
                return;
            }
        }

        Interlocked.Decrement(ref _blocks);
    }

    private sealed class Block(NetworkPool pool, Memory<byte> memory) : IMemoryOwner<byte>
    {
        private int _isReturned;

        public Memory<byte> Memory => memory;

        public void Open() => _isReturned = 0;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isReturned, 1) == 0)
            {
                pool.Return(this);
            }
        }
    }

    /// <summary>Holds memory that the collector neither moves nor looks at, until nothing refers to it.</summary>
    private sealed unsafe class NativeBlock(int bytes) : MemoryManager<byte>
    {
        private readonly byte* _pointer = (byte*)NativeMemory.Alloc((nuint)bytes);

        // A span alone would not keep the block; whoever has one also holds the block's owner, in the segment of a pipe.
#pragma warning disable CA2015
        ~NativeBlock() => NativeMemory.Free(_pointer);
#pragma warning restore CA2015

        public override Span<byte> GetSpan() => new(_pointer, bytes);

        public override MemoryHandle Pin(int elementIndex = 0) => new(_pointer + elementIndex, pinnable: this);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }

    /// <summary>Shows the pool to one part of the server, which disposes of what it was given.</summary>
    private sealed class Share(NetworkPool pool) : MemoryPool<byte>
    {
        public override int MaxBufferSize => pool.BlockBytes;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => pool.Rent(minBufferSize);

        protected override void Dispose(bool disposing)
        {
        }
    }
}
