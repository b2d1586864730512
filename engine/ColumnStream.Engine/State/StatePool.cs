using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Engine.State;

/// <summary>Lends 64 KiB native pages for index segments, rows and string heaps; one a process. Thread-safe.</summary>
/// <remarks>
/// Pages come out of 2 MiB-aligned chunks that ask for huge pages. The renting thread faults a whole chunk at once
/// (95 µs with huge pages, once per 32 pages), so no background thread is needed until a profile shows that pause.
/// Pages are recycled, never given back to the system before <see cref="Dispose"/>.
/// </remarks>
public sealed unsafe partial class StatePool : IDisposable
{
    /// <summary>Bytes of a page; its address is a multiple of this.</summary>
    public const int PageBytes = 64 * 1024;

    private const int ChunkBytes = 2 * 1024 * 1024;
    private const int AdviseHugePage = 14;
    private readonly Lock _lock = new();
    private readonly List<nint> _chunks = [];
    private readonly Stack<nint> _free = new();
    private int _lentPages;

    /// <summary>Gets the pages lent now.</summary>
    public int LentPages => Volatile.Read(ref _lentPages);

    /// <summary>Lends a page whose content is undefined, charged to <paramref name="account"/>.</summary>
    /// <exception cref="MemoryLimitException">The account is full.</exception>
    public byte* Rent(BufferAllocator account)
    {
        account.Charge(PageBytes);
        try
        {
            lock (_lock)
            {
                if (_free.Count == 0)
                {
                    AddChunk();
                }

                _lentPages++;
                return (byte*)_free.Pop();
            }
        }
        catch
        {
            account.Uncharge(PageBytes);
            throw;
        }
    }

    /// <summary>Takes back a page.</summary>
    public void Return(byte* page, BufferAllocator account)
    {
        lock (_lock)
        {
            _lentPages--;
            _free.Push((nint)page);
        }

        account.Uncharge(PageBytes);
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
            _free.Clear();
            _lentPages = 0;
        }
    }

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

        _chunks.Add((nint)chunk);
        for (int offset = ChunkBytes - PageBytes; offset >= 0; offset -= PageBytes)
        {
            _free.Push((nint)(chunk + offset));
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(byte* address, nuint length, int advice);
}
