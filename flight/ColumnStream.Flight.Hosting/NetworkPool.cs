using System;
using System.Buffers;
using System.Collections.Concurrent;
using System.Threading;
using Microsoft.AspNetCore.Connections;

namespace ColumnStream.Flight.Hosting;

/// <summary>Lends Kestrel blocks of 64 KiB, so that a receive takes that much at once and not 4 KiB.</summary>
/// <remarks>
/// Thread-safe. Idle blocks are kept up to a cap; a timer drops those that nobody needed since it last ran.
/// </remarks>
internal sealed class NetworkPool : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    public const int BlockBytes = 64 << 10;
    private static readonly TimeSpan TrimPeriod = TimeSpan.FromSeconds(10);
    private readonly ConcurrentQueue<Block> _idle = new();
    private readonly long _mostIdle;
    private readonly ITimer _timer;
    private int _idleCount;
    private int _leastIdle;
    private long _blocks;

    public NetworkPool(long idleBytes, TimeProvider time)
    {
        _mostIdle = idleBytes / BlockBytes;
        _timer = time.CreateTimer(_ => Trim(), null, TrimPeriod, TrimPeriod);
    }

    public override int MaxBufferSize => BlockBytes;

    /// <summary>Gets the bytes of all blocks, lent and idle.</summary>
    public long TotalBytes => Interlocked.Read(ref _blocks) * BlockBytes;

    /// <summary>Gets the bytes that nobody has.</summary>
    public long IdleBytes => (long)Volatile.Read(ref _idleCount) * BlockBytes;

    /// <summary>Gets whether the server took its blocks from here: a registration of another pool would win in silence.</summary>
    public bool IsInUse { get; private set; }

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null)
    {
        IsInUse = true;
        return new Share(this);
    }

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        if (_idle.TryDequeue(out Block? block))
        {
            int left = Interlocked.Decrement(ref _idleCount);
            if (left < Volatile.Read(ref _leastIdle))
            {
                Volatile.Write(ref _leastIdle, left);
            }

            block.Open();
            return block;
        }

        Interlocked.Increment(ref _blocks);
        return new Block(this);
    }

    /// <summary>Drops the blocks that were idle all the time since the last call.</summary>
    public void Trim()
    {
        for (int drop = Math.Max(0, Volatile.Read(ref _leastIdle)); drop > 0 && _idle.TryDequeue(out _); drop--)
        {
            Interlocked.Decrement(ref _idleCount);
            Interlocked.Decrement(ref _blocks);
        }

        Volatile.Write(ref _leastIdle, Volatile.Read(ref _idleCount));
    }

    protected override void Dispose(bool disposing)
    {
        _timer.Dispose();
        while (_idle.TryDequeue(out _))
        {
            Interlocked.Decrement(ref _idleCount);
            Interlocked.Decrement(ref _blocks);
        }
    }

    private void Return(Block block)
    {
        if (Interlocked.Increment(ref _idleCount) <= _mostIdle)
        {
            _idle.Enqueue(block);
            return;
        }

        Interlocked.Decrement(ref _idleCount);
        Interlocked.Decrement(ref _blocks);
    }

    private sealed class Block(NetworkPool pool) : IMemoryOwner<byte>
    {
        private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true);
        private int _isReturned;

        public Memory<byte> Memory => _bytes;

        public void Open() => _isReturned = 0;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isReturned, 1) == 0)
            {
                pool.Return(this);
            }
        }
    }

    /// <summary>Shows the pool to one part of the server, which disposes of what it was given.</summary>
    private sealed class Share(NetworkPool pool) : MemoryPool<byte>
    {
        public override int MaxBufferSize => BlockBytes;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => pool.Rent(minBufferSize);

        protected override void Dispose(bool disposing)
        {
        }
    }
}
