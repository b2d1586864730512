using System;
using System.Collections.Generic;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Engine.State;

/// <summary>Keeps the bytes of long text for state rows: pages filled from front to back, freed when all of it is dead.</summary>
/// <remarks>
/// <code>
/// page   +0 used u32 | +4 dead u32 | +8 spare | +16 text …
/// view in a row   length, prefix, address (8 bytes) instead of buffer and offset
/// </code>
/// An object above a page's room has an allocation of its own, of whole units; it goes to disk by pages like all others. Freed pages are kept until <see cref="Reclaim"/>,
/// because images of rows taken before may still point into them.
/// </remarks>
internal sealed unsafe class StringHeap(StatePool pool, BufferAllocator account) : TextHeap, IDisposable
{
    private const int HeaderBytes = 16;
    private const int MostGrowingBytes = 1 << 30;
    private const long PageMask = ~(StatePool.PageBytes - 1L);
    private readonly NativeList<nint> _pages = new(account);
    private readonly NativeList<nint> _dead = new(account);
    private readonly SpilledPages? _spilled = pool.Spill is null ? null : new SpilledPages(pool.Spill, pool, account);
    private readonly Dictionary<nint, long> _large = [];
    private byte* _current;
    private int _hand;
    private long _bytes;

    /// <summary>Gets the native bytes held.</summary>
    public long Bytes => _bytes - SpilledBytes;

    /// <summary>Gets the bytes of text that are on disk only.</summary>
    public long SpilledBytes => (_spilled?.OutUnits ?? 0) * SpilledPages.UnitBytes;

    /// <summary>Brings the long text of a row back.</summary>
    public void EnsureText(byte* row, StateLayout layout)
    {
        if ((row[4] & RowStore.Dead) != 0)
        {
            return;
        }

        for (ulong words = layout.LongKeyWords; words != 0; words &= words - 1)
        {
            int word = BitOperations.TrailingZeroCount(words) - 1;
            var view = (StringView*)(row + StateLayout.HeaderBytes + (word * 8));
            Ensure(view, view->Length);
        }

        for (int i = 0; i < layout.Cells.Count && layout.HasViewCells; i++)
        {
            var view = (StringView*)(row + layout.CellOffsets[i]);
            switch (layout.Cells[i].Type)
            {
                case CellType.View:
                    Ensure(view, view->Length);
                    break;
                case CellType.Bytes:
                    // What is behind the bytes will be written.
                    Ensure(view, view->Length <= StringView.InlineLength ? 0 : Room(view->Length));
                    break;
            }
        }
    }

    /// <summary>Returns the bytes of long text of a row.</summary>
    public static long TextBytes(byte* row, StateLayout layout)
    {
        long bytes = 0;
        for (ulong words = layout.LongKeyWords; words != 0; words &= words - 1)
        {
            int word = BitOperations.TrailingZeroCount(words) - 1;
            bytes += ((StringView*)(row + StateLayout.HeaderBytes + (word * 8)))->Length;
        }

        for (int i = 0; i < layout.Cells.Count && layout.HasViewCells; i++)
        {
            bool isText = layout.Cells[i].Type is CellType.View or CellType.Bytes;
            bytes += isText ? ((StringView*)(row + layout.CellOffsets[i]))->Length : 0;
        }

        return bytes;
    }

    /// <summary>Puts text on disk; nobody may hold its address. The page being filled stays.</summary>
    public long Evict(long wantedBytes, bool evenUsed)
    {
        long freed = 0;
        for (int n = 0; n < _pages.Count && freed < wantedBytes; n++)
        {
            _hand = _hand + 1 < _pages.Count ? _hand + 1 : 0;
            byte* page = (byte*)_pages.Pointer[_hand];
            if (page == _current)
            {
                continue;
            }

            long bytes = _large.Count > 0 && _large.TryGetValue((nint)page, out long large) ? large : StatePool.PageBytes;
            for (; bytes > 0; bytes -= StatePool.PageBytes, page += StatePool.PageBytes)
            {
                uint existing = Existing(bytes);
                uint units = _spilled!.Resident(page, existing);
                units &= ~_spilled.TakeReferenced(page) | (evenUsed ? SpilledPages.AllUnits : 0);
                freed += units == 0 ? 0 : _spilled.Evict(page, units, existing);
            }
        }

        return freed;
    }

    /// <summary>Copies the bytes of a long view whose second half is an address, and points it at the copy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Store(StringView* view)
    {
        if (view->Length <= StringView.InlineLength)
        {
            return;
        }

        byte* target = Allocate(view->Length);
        Buffer.MemoryCopy((byte*)view->High, target, view->Length, view->Length);
        view->High = (ulong)target;
    }

    /// <summary>Counts a stored view's bytes as dead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Free(StringView* view)
    {
        if (view->Length <= StringView.InlineLength)
        {
            return;
        }

        Bury((byte*)view->High, Rounded(view->Length));
    }

    /// <inheritdoc/>
    public override byte* Extend(StringView* view, int bytes)
    {
        int length = view->Length;
        long total = (long)length + bytes;
        if (total > MostGrowingBytes)
        {
            throw new UserException(6011, $"Value of an aggregate is too long: {total} bytes of at most {MostGrowingBytes}.");
        }

        if (total > StringView.InlineLength && (length <= StringView.InlineLength || total > Room(length)))
        {
            byte* target = Allocate(Room((int)total));
            Buffer.MemoryCopy(BytesOf(view), target, total, length);
            FreeGrown(view);
            view->Prefix = 0;
            view->High = (ulong)target;
        }

        view->Length = (int)total;
        return BytesOf(view) + length;
    }

    /// <inheritdoc/>
    public override void Empty(StringView* view)
    {
        FreeGrown(view);
        *view = default;
    }

    /// <summary>Copies the bytes of a view that shall grow and points it at the copy, which has room behind it.</summary>
    public void StoreGrown(StringView* view)
    {
        StringView source = *view;
        *view = default;
        if (source.Length > 0)
        {
            byte* target = Extend(view, source.Length);
            Buffer.MemoryCopy(BytesOf(&source), target, source.Length, source.Length);
        }
    }

    /// <summary>Counts the bytes of a view that grew as dead, with the room behind them.</summary>
    public void FreeGrown(StringView* view)
    {
        if (view->Length > StringView.InlineLength)
        {
            Bury((byte*)view->High, (uint)Room(view->Length));
        }
    }

    /// <summary>Returns dead pages to the pool; nobody may hold older row images.</summary>
    public void Reclaim()
    {
        for (int i = 0; i < _dead.Count; i++)
        {
            nint page = _dead.Pointer[i];
            for (int k = 0; k < _pages.Count; k++)
            {
                if (_pages.Pointer[k] == page)
                {
                    _pages.Pointer[k] = _pages.Pointer[--_pages.Count];
                    break;
                }
            }

            ReturnPage((byte*)page);
        }

        _dead.Count = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (int i = 0; i < _pages.Count; i++)
        {
            ReturnPage((byte*)_pages.Pointer[i]);
        }

        _current = null;
        _pages.Dispose();
        _dead.Dispose();
        _spilled?.Dispose();
    }

    private static uint Rounded(int bytes) => ((uint)bytes + 7) & ~7u;

    /// <summary>Returns the bytes that a growing view of a length above the inline one has: a power of two.</summary>
    private static int Room(int length) => (int)Math.Max(32, BitOperations.RoundUpToPowerOf2((uint)length));

    private static byte* BytesOf(StringView* view) =>
        view->Length <= StringView.InlineLength ? (byte*)view + 4 : (byte*)view->High;

    private void Bury(byte* text, uint bytes)
    {
        byte* page = (byte*)((long)text & PageMask);
        if (_large.Count > 0 && _large.ContainsKey((nint)page))
        {
            _dead.Add((nint)page);
            return;
        }

        if (SpilledBytes > 0)
        {
            _spilled!.Ensure(page, HeaderBytes);
        }

        uint* header = (uint*)page;
        header[1] += bytes;
        if (header[1] == header[0] && page != _current)
        {
            _dead.Add((nint)page);
        }
    }

    private byte* Allocate(int length)
    {
        uint bytes = Rounded(length);
        if (bytes > StatePool.PageBytes - HeaderBytes)
        {
            return AllocateLarge(bytes);
        }

        uint* header = (uint*)_current;
        if (header is null || header[0] + bytes > StatePool.PageBytes - HeaderBytes)
        {
            byte* full = _current;
            _pages.Reserve(_pages.Count + 1);
            _current = pool.Rent(account);
            _pages.Add((nint)_current);
            _bytes += StatePool.PageBytes;
            header = (uint*)_current;
            header[0] = 0;
            header[1] = 0;
            if (full is not null && ((uint*)full)[0] == ((uint*)full)[1])
            {
                _dead.Add((nint)full);
            }
        }

        byte* text = _current + HeaderBytes + header[0];
        header[0] += bytes;
        return text;
    }

    private byte* AllocateLarge(uint bytes)
    {
        long total = ((long)bytes + HeaderBytes + SpilledPages.UnitBytes - 1) / SpilledPages.UnitBytes * SpilledPages.UnitBytes;
        _pages.Reserve(_pages.Count + 1);
        account.Charge(total);
        byte* page = (byte*)NativeMemory.AlignedAlloc((nuint)total, StatePool.PageBytes);
        _pages.Add((nint)page);
        _large.Add((nint)page, total);
        _bytes += total;
        return page + HeaderBytes;
    }

    /// <summary>Returns the units that a page has of which <paramref name="bytes"/> are left.</summary>
    private static uint Existing(long bytes) =>
        bytes >= StatePool.PageBytes ? SpilledPages.AllUnits : (1u << (int)(bytes / SpilledPages.UnitBytes)) - 1;

    private void Ensure(StringView* view, int length)
    {
        if (length <= StringView.InlineLength)
        {
            return;
        }

        byte* text = (byte*)view->High;
        byte* end = text + length;
        while (text < end)
        {
            byte* page = (byte*)((long)text & PageMask);
            long part = Math.Min(end - text, page + StatePool.PageBytes - text);
            _spilled!.Ensure(text, (int)part);
            text += part;
        }
    }

    private void ReturnPage(byte* page)
    {
        if (_large.Count == 0 || !_large.Remove((nint)page, out long large))
        {
            pool.Return(page, account, _spilled?.Forget(page) ?? StatePool.PageBytes);
            _bytes -= StatePool.PageBytes;
            return;
        }

        long charged = _spilled is null ? large : 0;
        for (long at = 0; at < large && _spilled is not null; at += StatePool.PageBytes)
        {
            charged += _spilled.Forget(page + at, Existing(large - at));
        }

        NativeMemory.AlignedFree(page);
        account.Uncharge(charged);
        _bytes -= large;
    }
}
