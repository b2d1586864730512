using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using ColumnStream.Arrow.Memory;
using ExternalException = ColumnStream.Engine.Errors.ExternalException;

namespace ColumnStream.Engine.State;

/// <summary>Keeps the state of one task within its memory: what was not used lately goes to disk between two elements.</summary>
/// <remarks>
/// Between two elements nobody holds the address of a row, so <see cref="Trim"/> is called there and nowhere else; within an
/// element state only comes back. The file is made at the first need. One thread, but counters, which any may read.
/// </remarks>
public sealed unsafe class StateSpill : IDisposable
{
    /// <summary>Above this share of the limit, in 64ths, state goes to disk; the rest is for batches and for what an element brings back.</summary>
    private const int HighShare = 40;

    private const int LowShare = 36;
    private readonly Func<SpillFile> _open;
    private readonly StatePool _pool;
    private readonly BufferAllocator _account;
    private readonly bool _always;
    private const int BytesPerRow = 32 * SpilledPages.UnitBytes;
    private const int LeastChunkRows = 16;
    private const int MostChunkRows = 4096;
    private readonly long _free;
    private readonly long _enough;
    private readonly List<ISpillableState> _states = [];
    private readonly Stack<long> _rooms = new();
    private SpillFile? _file;
    private nint _shade;
    private long _end;
    private int _hand;
    private long _writtenBytes;
    private long _readBytes;

    /// <summary>Prepares for the state of one task.</summary>
    /// <param name="open">Makes the file; called at most once.</param>
    /// <param name="pool">Gives the pages.</param>
    /// <param name="account">Pays for them.</param>
    /// <param name="always">Whether all state goes to disk whenever it may, and leaves nonsense behind: for tests.</param>
    public StateSpill(Func<SpillFile> open, StatePool pool, BufferAllocator account, bool always = false)
    {
        _open = open;
        _pool = pool;
        _account = account;
        _always = always;
        long limit = account.TightestLimitBytes;
        _free = limit / 64 * (64 - HighShare);
        _enough = limit / 64 * (64 - LowShare);
    }

    /// <summary>Gets the bytes written to disk so far.</summary>
    public long WrittenBytes => Volatile.Read(ref _writtenBytes);

    /// <summary>Gets the bytes read back so far.</summary>
    public long ReadBytes => Volatile.Read(ref _readBytes);

    /// <summary>Gets the memory that the task shares with others.</summary>
    public long LimitBytes => _account.TightestLimitBytes;

    /// <summary>Gets how many rows one step may touch or give, so that what it brings back has room: each may cost some units.</summary>
    public int ChunkRows => (int)Math.Clamp(_account.TightestLimitBytes / BytesPerRow, LeastChunkRows, MostChunkRows);

    /// <summary>Gets whether all state goes to disk whenever it may: for tests.</summary>
    public bool IsEager => _always;

    /// <summary>Gets or sets whether a miss brings the whole page back, where there is room: rows come in the order of pages then.</summary>
    public bool ReadsPages { get; set; }

    /// <summary>Gets whether a page may be brought back of which only a part was asked for.</summary>
    internal bool HasRoomForPages => ReadsPages && _account.FreeBytes > LimitBytes / 8;

    /// <summary>Gets or sets what tells whether nobody but the operator in a call holds an address.</summary>
    public Func<bool> MayTrimInCall { get; set; } = static () => false;

    /// <summary>Gets a page of rows and buckets in which nothing is ever found; stands for pages that are not wholly in memory.</summary>
    internal byte* Shade => (byte*)(_shade != 0 ? _shade : _shade = MakeShade());

    /// <summary>Moves state to disk when memory runs short. Nobody may hold an address of a row.</summary>
    /// <exception cref="ExternalException">The disk is full or failed.</exception>
    public void Trim()
    {
        if (!_always && _account.FreeBytes >= _free)
        {
            return;
        }

        // First what was not used since the last time, then anything; the index last, whose pages serve the most keys.
        for (int round = 0; round < 4; round++)
        {
            for (int i = 0; i < _states.Count; i++)
            {
                long wanted = _always ? long.MaxValue : _enough - _account.FreeBytes;
                if (wanted <= 0)
                {
                    return;
                }

                _hand = _hand + 1 < _states.Count ? _hand + 1 : 0;
                _states[_hand].Evict(wanted, evenUsed: round >= 2 || _always, index: (round & 1) != 0);
            }
        }
    }

    /// <summary>Does the same in the middle of a call, for an operator that holds no address; where another may, nothing.</summary>
    internal void TrimInCall()
    {
        if ((_always || _account.FreeBytes < _free) && MayTrimInCall())
        {
            Trim();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
        if (_shade != 0)
        {
            _pool.Return((byte*)_shade, _account);
            _shade = 0;
        }
    }

    internal void Add(ISpillableState state) => _states.Add(state);

    internal void Remove(ISpillableState state)
    {
        int at = _states.IndexOf(state);
        if (at >= 0)
        {
            _states[at] = _states[^1];
            _states.RemoveAt(_states.Count - 1);
        }
    }

    /// <summary>Returns where a page may be written.</summary>
    internal long RentRoom()
    {
        if (_rooms.TryPop(out long room))
        {
            return room;
        }

        _end += StatePool.PageBytes;
        return _end - StatePool.PageBytes;
    }

    internal void ReturnRoom(long offset) => _rooms.Push(offset);

    internal void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            (_file ??= _open()).Write(offset, bytes);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ExternalException(
                5017,
                $"State could not be written to disk: {failure.Message} "
                    + "Free space there, name another folder with io.tmp.dirs, or raise memory.limit.",
                retryable: false,
                failure);
        }

        Volatile.Write(ref _writtenBytes, _writtenBytes + bytes.Length);
    }

    internal void Read(long offset, Span<byte> bytes)
    {
        int count = 0;
        try
        {
            count = _file!.Read(offset, bytes);
        }
        catch (IOException failure)
        {
            throw new ExternalException(
                5018,
                $"State could not be read back from disk: {_file!.Name}, offset {offset}: {failure.Message} {NextStep}",
                retryable: true,
                failure);
        }

        if (count != bytes.Length)
        {
            throw new ExternalException(
                5018,
                $"State could not be read back from disk: {_file!.Name}, offset {offset}: "
                    + $"{count} of {bytes.Length} bytes. {NextStep}",
                retryable: true);
        }

        Volatile.Write(ref _readBytes, _readBytes + bytes.Length);
    }

    internal ExternalException Damaged(long offset) => new(
        5018, $"State on disk is damaged: {_file!.Name}, offset {offset}: its checksum differs. {NextStep}", retryable: true);

    /// <summary>Gives the memory of units back whose bytes are on disk.</summary>
    internal void Drop(byte* start, int bytes)
    {
        if (_always)
        {
            // Whoever still reads here shall notice.
            new Span<byte>(start, bytes).Fill(0xDB);
            return;
        }

        _pool.Release(start, bytes);
    }

    private const string NextStep = "Restart the job from its last checkpoint and look at the disk of io.tmp.dirs.";

    /// <summary>Fills a page so that every 16 bytes are a dead row under a key of no layout, and an entry of slot 0.</summary>
    private nint MakeShade()
    {
        byte* page = _pool.Rent(_account);
        NativeMemory.Clear(page, StatePool.PageBytes);
        for (int at = 0; at < StatePool.PageBytes; at += 16)
        {
            page[at + 4] = RowStore.Dead;
            *(ushort*)(page + at + 6) = ushort.MaxValue;
        }

        return (nint)page;
    }
}
