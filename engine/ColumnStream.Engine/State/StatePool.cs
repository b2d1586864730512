using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Engine.State;

/// <summary>Lends 64 KiB native pages for index segments, rows and string heaps; one a process. Thread-safe.</summary>
/// <remarks>
/// Pages come out of 2 MiB-aligned chunks that ask for huge pages. The renting thread faults a whole chunk at once
/// (95 µs with huge pages, once per 32 pages), so no background thread is needed until a profile shows that pause.
/// Pages are recycled; chunks without a lent page go back to the system by <see cref="Trim"/>, the rest by <see cref="Dispose"/>.
/// </remarks>
public sealed unsafe partial class StatePool : IDisposable
{
    /// <summary>Bytes of a page; its address is a multiple of this.</summary>
    public const int PageBytes = 64 * 1024;

    private const int ChunkBytes = 2 * 1024 * 1024;
    private const int AdviseDontNeed = 4;
    private const int AdviseHugePage = 14;
    private const int AdviseNoHugePage = 15;
    private readonly StatePool? _parent;
    private readonly HashSet<nint> _smallPaged = [];
    private readonly Lock _lock = new();
    private readonly HashSet<nint> _chunks = [];
    private readonly Stack<nint> _free = new();
    private int _lentPages;

    /// <summary>Makes a pool of its own memory.</summary>
    public StatePool()
    {
    }

    private StatePool(StatePool parent, StateSpill spill)
    {
        _parent = parent;
        Spill = spill;
    }

    /// <summary>Gets what moves the state of a task to disk and back, or null where state stays in memory.</summary>
    public StateSpill? Spill { get; }

    /// <summary>Gets the pages lent now.</summary>
    public int LentPages => Volatile.Read(ref _lentPages);

    /// <summary>Makes a view of this pool for one task, whose state <paramref name="spill"/> may move to disk.</summary>
    public StatePool ForTask(StateSpill spill) => new(_parent ?? this, spill);

    /// <summary>Lends a page whose content is undefined, charged to <paramref name="account"/>.</summary>
    /// <exception cref="MemoryLimitException">The account is full.</exception>
    public byte* Rent(BufferAllocator account)
    {
        account.Charge(PageBytes);
        try
        {
            return RentUncharged();
        }
        catch
        {
            account.Uncharge(PageBytes);
            throw;
        }
    }

    /// <summary>Lends a page that its user charges as it fills.</summary>
    public byte* RentUncharged()
    {
        if (_parent is not null)
        {
            return _parent.RentUncharged();
        }

        lock (_lock)
        {
            if (_free.TryPop(out nint free))
            {
                _lentPages++;
                return (byte*)free;
            }
        }

        return RentNew();
    }

    /// <summary>Takes back a page.</summary>
    public void Return(byte* page, BufferAllocator account) => Return(page, account, PageBytes);

    /// <summary>Takes back a page of which only <paramref name="chargedBytes"/> were charged.</summary>
    public void Return(byte* page, BufferAllocator account, int chargedBytes)
    {
        (_parent ?? this).TakeBack(page);
        account.Uncharge(chargedBytes);
    }

    /// <summary>Gives the memory of a part of a lent page, or of an allocation, back to the system; it reads as zeros until it is written.</summary>
    /// <param name="start">A multiple of 4 KiB.</param>
    /// <param name="bytes">A multiple of 4 KiB.</param>
    public void Release(byte* start, int bytes)
    {
        if (_parent is not null)
        {
            _parent.Release(start, bytes);
        }
        else if (OperatingSystem.IsLinux())
        {
            // A huge page would come back whole by itself.
            nint chunk = ChunkOf((nint)start);
            lock (_lock)
            {
                if (_chunks.Contains(chunk) && _smallPaged.Add(chunk))
                {
                    _ = Advise((byte*)chunk, ChunkBytes, AdviseNoHugePage);
                }
            }

            _ = Advise(start, (nuint)bytes, AdviseDontNeed);
        }
    }

    /// <summary>Gives all memory back to the system; no page may be lent.</summary>
    /// <exception cref="InvalidOperationException">Pages are still lent: a leak.</exception>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_lentPages != 0)
            {
                throw new InvalidOperationException($"State pages are still lent: {_lentPages}.");
            }

            Abandon();
        }
    }

    /// <summary>Gives all memory back to the system, lent pages too: those who held them are dead, as after a simulated crash.</summary>
    public void Abandon()
    {
        lock (_lock)
        {
            foreach (nint chunk in _chunks)
            {
                NativeMemory.AlignedFree((void*)chunk);
            }

            _chunks.Clear();
            _smallPaged.Clear();
            _free.Clear();
            _lentPages = 0;
        }
    }

    /// <summary>Makes memory ready ahead of need, one chunk a call: the system's first touch of it costs more than rows that go there.</summary>
    /// <param name="bytes">How much shall be free.</param>
    /// <returns>Whether more is to be made ready.</returns>
    public bool Prepare(long bytes)
    {
        if (_parent is not null)
        {
            return _parent.Prepare(bytes);
        }

        lock (_lock)
        {
            if (_free.Count * (long)PageBytes >= bytes)
            {
                return false;
            }
        }

        AddChunk();
        return true;
    }

    /// <summary>Gives idle chunks back to the system, for which nobody may have a use for long: a job with much state has ended.</summary>
    /// <param name="keptBytes">Idle memory that stays ready.</param>
    /// <returns>The bytes that were given back.</returns>
    public long Trim(long keptBytes)
    {
        var given = new HashSet<nint>();
        lock (_lock)
        {
            long excess = (_free.Count * (long)PageBytes) - keptBytes;
            if (excess < ChunkBytes)
            {
                return 0;
            }

            foreach (IGrouping<nint, nint> pages in _free.GroupBy(ChunkOf))
            {
                if (excess >= ChunkBytes && pages.Count() == ChunkBytes / PageBytes)
                {
                    given.Add(pages.Key);
                    excess -= ChunkBytes;
                }
            }

            nint[] left = [.. _free.Where(page => !given.Contains(ChunkOf(page)))];
            _free.Clear();
            foreach (nint page in left)
            {
                _free.Push(page);
            }

            _chunks.ExceptWith(given);
            _smallPaged.ExceptWith(given);
        }

        foreach (nint chunk in given)
        {
            NativeMemory.AlignedFree((void*)chunk);
        }

        return (long)given.Count * ChunkBytes;
    }

    private static nint ChunkOf(nint page) => page & ~(nint)(ChunkBytes - 1);

    private void TakeBack(byte* page)
    {
        lock (_lock)
        {
            _lentPages--;
            _free.Push((nint)page);
        }
    }

    private byte* RentNew()
    {
        while (true)
        {
            AddChunk();
            lock (_lock)
            {
                if (_free.TryPop(out nint free))
                {
                    _lentPages++;
                    return (byte*)free;
                }
            }
        }
    }

    /// <summary>Adds free pages; others may rent and return meanwhile.</summary>
    private void AddChunk()
    {
        byte* chunk = (byte*)NativeMemory.AlignedAlloc(ChunkBytes, ChunkBytes);
        if (OperatingSystem.IsLinux())
        {
            // A refusal only costs speed.
            _ = Advise(chunk, ChunkBytes, AdviseHugePage);
        }

        for (int offset = 0; offset < ChunkBytes; offset += 4096)
        {
            chunk[offset] = 0;
        }

        lock (_lock)
        {
            _chunks.Add((nint)chunk);
            for (int offset = ChunkBytes - PageBytes; offset >= 0; offset -= PageBytes)
            {
                _free.Push((nint)(chunk + offset));
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(byte* address, nuint length, int advice);
}
