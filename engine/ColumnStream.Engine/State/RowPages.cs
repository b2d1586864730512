using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Engine.State;

/// <summary>Holds the 64 KiB pages of a <see cref="RowStore"/>, puts rows and their long text on disk, and brings them back.</summary>
/// <remarks>
/// A page that is not wholly in memory stands in the table as the shade, a page of dead rows that match no key: who finds the shade
/// asks for the row. While text is on disk every page stands so. Addresses of rows never change.
/// </remarks>
internal sealed unsafe class RowPages(StateLayout layout, StatePool pool, BufferAllocator account, StringHeap? heap) : IDisposable
{
    private readonly NativeList<nint> _addresses = new(account);
    private readonly NativeList<nint> _homes = new(account);
    private readonly NativeList<byte> _clustered = new(account);
    private readonly SpilledPages? _spilled = pool.Spill is null ? null : new SpilledPages(pool.Spill, pool, account);
    private byte** _table;
    private byte* _shade;
    private int _hand;
    private uint _lapSequence;
    private uint _coldSequence;

    /// <summary>Gets the page addresses by slot >> page shift; good until a page is added.</summary>
    public byte** Table => _table;

    /// <summary>Gets the number of pages.</summary>
    public int Count => _addresses.Count;

    /// <summary>Gets a number that changes when rows leave memory, so that nobody keeps their addresses.</summary>
    public int Evictions { get; private set; }

    /// <summary>Gets the bytes of rows that are on disk only.</summary>
    public long SpilledBytes => (_spilled?.OutUnits ?? 0) * SpilledPages.UnitBytes;

    /// <summary>Gets whether text of rows is on disk: then every row is fetched, and its text with it.</summary>
    public bool IsTextOut => _shade is not null && heap is { SpilledBytes: > 0 };

    /// <summary>Returns the row of <paramref name="slot"/>, which is brought back where it is on disk.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Row(uint slot)
    {
        byte* page = _table[slot >> layout.PageShift];
        return page == _shade ? Fetch(slot) : page + ((slot & ((1u << layout.PageShift) - 1)) * layout.Stride);
    }

    /// <summary>Returns a row whose long text may be out.</summary>
    public byte* Header(uint slot)
    {
        byte* page = _table[slot >> layout.PageShift];
        uint offset = (slot & ((1u << layout.PageShift) - 1)) * (uint)layout.Stride;
        if (page != _shade)
        {
            return page + offset;
        }

        int number = (int)(slot >> layout.PageShift);
        byte* row = (byte*)_homes.Pointer[number] + offset;
        _spilled!.Ensure(row, layout.Stride, _clustered.Pointer[number] != 0);
        return row;
    }

    /// <summary>Adds a page of zeros.</summary>
    /// <param name="isHollow">Whether it takes no memory before a row is asked for, where there is a disk.</param>
    public void Add(bool isHollow = false)
    {
        _addresses.Reserve(Count + 1);
        _homes.Reserve(_homes.Count + 1);
        _clustered.Reserve(_clustered.Count + 1);
        _table = (byte**)_addresses.Pointer;
        isHollow &= _spilled is not null;
        byte* page = isHollow ? pool.RentUncharged() : pool.Rent(account);
        _homes.Add((nint)page);
        _clustered.Add(pool.Spill is { ReadsPages: true } ? (byte)1 : (byte)0);
        if (isHollow)
        {
            _spilled!.AddHollow(page);
            Shade(_addresses.Count++);
            return;
        }

        NativeMemory.Clear(page, StatePool.PageBytes);
        _addresses.Add((nint)page);
        if (IsTextOut)
        {
            Shade(Count - 1);
        }
    }

    /// <summary>Puts rows on disk; nobody may hold their addresses. Row 0 stays.</summary>
    /// <param name="wantedBytes">About how many bytes.</param>
    /// <param name="evenUsed">Whether rows go that were used since the hand last came by.</param>
    /// <param name="sequence">The number of the current batch.</param>
    /// <returns>How many bytes went.</returns>
    public long Evict(long wantedBytes, bool evenUsed, uint sequence)
    {
        long freed = 0;
        for (int n = 0; n < _homes.Count && freed < wantedBytes; n++)
        {
            if (++_hand >= _homes.Count)
            {
                _hand = 0;
                _coldSequence = _lapSequence;
                _lapSequence = sequence;
            }

            byte* page = (byte*)_homes.Pointer[_hand];
            uint units = _spilled!.Resident(page);
            units &= _hand == 0 ? ~((2u << ((layout.Stride - 1) / SpilledPages.UnitBytes)) - 1) : SpilledPages.AllUnits;
            uint referenced = _spilled.TakeReferenced(page);
            if (!evenUsed && units != 0)
            {
                units &= ~referenced;
                units &= _hand == _homes.Count - 1 ? 0 : ~RecentUnits(page, units);
            }

            if (units != 0)
            {
                Shade(_hand);
                freed += _spilled.Evict(page, units);
            }
        }

        Evictions += freed > 0 ? 1 : 0;
        return freed;
    }

    /// <summary>Puts text on disk; nobody may hold its address. From then on every row is fetched, and its text with it.</summary>
    public long EvictText(long wantedBytes, bool evenUsed)
    {
        long freed = heap?.Evict(wantedBytes, evenUsed) ?? 0;
        if (freed > 0)
        {
            Evictions++;
            for (int i = 0; i < Count; i++)
            {
                Shade(i);
            }
        }

        return freed;
    }

    /// <summary>Gives all memory back.</summary>
    public void Dispose()
    {
        for (int i = 0; i < _homes.Count; i++)
        {
            byte* page = (byte*)_homes.Pointer[i];
            pool.Return(page, account, _spilled?.Forget(page) ?? StatePool.PageBytes);
        }

        _addresses.Dispose();
        _table = null;
        _homes.Dispose();
        _clustered.Dispose();
        _spilled?.Dispose();
    }

    /// <summary>Puts the page of dead rows in the place of a page.</summary>
    private void Shade(int page)
    {
        _shade = pool.Spill!.Shade;
        _addresses.Pointer[page] = (nint)_shade;
    }

    /// <summary>Brings a row back, and its long text.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private byte* Fetch(uint slot)
    {
        int number = (int)(slot >> layout.PageShift);
        byte* home = (byte*)_homes.Pointer[number];
        byte* row = home + ((slot & ((1u << layout.PageShift) - 1)) * layout.Stride);
        bool isWhole = _spilled!.Ensure(row, layout.Stride, _clustered.Pointer[number] != 0);
        if (IsTextOut)
        {
            heap!.EnsureText(row, layout);
        }
        else if (isWhole)
        {
            _addresses.Pointer[number] = (nint)home;
        }

        return row;
    }

    /// <summary>Returns the units of a page in which a row was changed lately, by the sequence in the rows.</summary>
    private uint RecentUnits(byte* page, uint units)
    {
        uint recent = 0;
        int stride = layout.Stride;
        for (uint left = units; left != 0; left &= left - 1)
        {
            // Rows that begin in the unit; none where a row is longer than it.
            int unit = BitOperations.TrailingZeroCount(left);
            int end = Math.Min(layout.RowsPerPage * stride, (unit + 1) * SpilledPages.UnitBytes);
            for (int at = ((unit * SpilledPages.UnitBytes) + stride - 1) / stride * stride; at < end; at += stride)
            {
                if (*(uint*)(page + at) > _coldSequence)
                {
                    recent |= 1u << unit;
                    break;
                }
            }
        }

        return recent;
    }
}
