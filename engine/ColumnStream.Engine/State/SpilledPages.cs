using System;
using System.Collections.Generic;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Engine.State;

/// <summary>Knows which 4 KiB units of a structure's pages are on disk only, and brings them back; addresses never change.</summary>
/// <remarks>
/// <code>
/// page   64 KiB of address space = 16 units; a unit on disk costs no memory: the system has it back
/// unit   resident | referenced since the hand last came | stored: its hash tells an unchanged one, which need not be written again
/// hollow never written: comes back as zeros
/// </code>
/// Only pages that lost a unit once have an entry. A page may end early: of the last one of a long value only some units exist. One thread.
/// </remarks>
internal sealed unsafe class SpilledPages(StateSpill spill, StatePool pool, BufferAllocator account) : IDisposable
{
    /// <summary>Bytes of a unit.</summary>
    public const int UnitBytes = 4096;

    /// <summary>All units of a page.</summary>
    public const uint AllUnits = 0xFFFF;

    private const int Units = StatePool.PageBytes / UnitBytes;
    private readonly NativeList<Entry> _entries = new(account);
    private readonly Dictionary<nint, int> _places = [];
    private readonly Stack<int> _free = new();
    private byte* _lastEnd;

    /// <summary>Gets how many units are not in memory.</summary>
    public long OutUnits { get; private set; }

    /// <summary>Gets the native bytes that the knowledge of units takes.</summary>
    public long Bytes => _entries.Bytes;

    /// <summary>Returns the units of a page that are in memory.</summary>
    public uint Resident(byte* page, uint existing = AllUnits) =>
        _places.TryGetValue((nint)page, out int at) ? _entries.Pointer[at].Resident : existing;

    /// <summary>Returns the units that were used since the last call, as far as that is known.</summary>
    public uint TakeReferenced(byte* page)
    {
        if (!_places.TryGetValue((nint)page, out int at))
        {
            return 0;
        }

        uint referenced = _entries.Pointer[at].Referenced;
        _entries.Pointer[at].Referenced = 0;
        return referenced;
    }

    /// <summary>Brings the units of [address, address + length) back, which lie in one page; returns whether the whole page is in memory.</summary>
    /// <exception cref="Errors.ExternalException">The disk failed, or what came back is not what was written.</exception>
    /// <exception cref="MemoryLimitException">There is no room.</exception>
    /// <param name="address">The first byte.</param>
    /// <param name="length">The number of bytes.</param>
    /// <param name="isClustered">Whether who asks for one unit will ask for its neighbours, where rows come in the order of pages.</param>
    public bool Ensure(byte* address, int length, bool isClustered = true)
    {
        byte* page = (byte*)((nint)address & ~(nint)(StatePool.PageBytes - 1));
        if (!_places.TryGetValue((nint)page, out int at))
        {
            return true;
        }

        int first = (int)(address - page) / UnitBytes;
        int last = Math.Min(Units - 1, (int)(address - page + length - 1) / UnitBytes);
        uint wanted = ((2u << last) - 1) & ~((1u << first) - 1);
        Entry* entry = _entries.Pointer + at;
        entry->Referenced |= (ushort)wanted;
        uint missing = wanted & ~(uint)entry->Resident;
        if (missing != 0)
        {
            if (isClustered && spill.HasRoomForPages)
            {
                missing = entry->Existing & ~(uint)entry->Resident;
                entry->Referenced |= (ushort)missing;
            }

            // A walk from front to back gets the rest of the page in one go.
            else if (page + (first * UnitBytes) == _lastEnd)
            {
                missing = entry->Existing & ~((1u << first) - 1) & ~(uint)entry->Resident;
            }

            _lastEnd = page + ((last + 1) * UnitBytes);
            Load(entry, missing);
        }

        return entry->Resident == entry->Existing;
    }

    /// <summary>Puts units that are in memory on disk and gives their memory back; returns how many bytes that were.</summary>
    /// <exception cref="Errors.ExternalException">The disk is full or failed; nothing changed.</exception>
    /// <param name="page">The page.</param>
    /// <param name="units">The units.</param>
    /// <param name="existing">The units that the page has.</param>
    public int Evict(byte* page, uint units, uint existing = AllUnits)
    {
        int at = Place(page, resident: existing, existing);
        Entry* entry = _entries.Pointer + at;
        units &= entry->Resident;
        ulong* hashes = stackalloc ulong[Units];
        uint changed = 0;
        for (uint left = units; left != 0; left &= left - 1)
        {
            int unit = BitOperations.TrailingZeroCount(left);
            hashes[unit] = Hash(page + (unit * UnitBytes), entry->Offset + (unit * UnitBytes));
            bool same = (entry->Stored >> unit & 1) != 0 && entry->Hashes[unit] == hashes[unit];
            changed |= same ? 0 : 1u << unit;
        }

        for (uint left = changed; left != 0;)
        {
            (int from, int count) = TakeRun(ref left);
            spill.Write(entry->Offset + (from * UnitBytes), new ReadOnlySpan<byte>(page + (from * UnitBytes), count * UnitBytes));
            for (int unit = from; unit < from + count; unit++)
            {
                entry->Hashes[unit] = hashes[unit];
                entry->Stored |= (ushort)(1 << unit);
            }
        }

        entry->Resident &= (ushort)~units;
        entry->Referenced &= (ushort)~units;
        int bytes = BitOperations.PopCount(units) * UnitBytes;
        for (uint left = units; left != 0;)
        {
            (int from, int count) = TakeRun(ref left);
            spill.Drop(page + (from * UnitBytes), count * UnitBytes);
        }

        account.Uncharge(bytes);
        OutUnits += bytes / UnitBytes;
        return bytes;
    }

    /// <summary>Notes a page that is lent without memory: all of it reads as zeros.</summary>
    public void AddHollow(byte* page)
    {
        pool.Release(page, StatePool.PageBytes);
        Place(page, resident: 0, AllUnits);
        OutUnits += Units;
    }

    /// <summary>Forgets a page that goes back to the pool; returns how many of its bytes are charged.</summary>
    public int Forget(byte* page, uint existing = AllUnits)
    {
        if (!_places.Remove((nint)page, out int at))
        {
            return BitOperations.PopCount(existing) * UnitBytes;
        }

        Entry* entry = _entries.Pointer + at;
        int resident = BitOperations.PopCount(entry->Resident);
        OutUnits -= BitOperations.PopCount(existing) - resident;
        spill.ReturnRoom(entry->Offset);
        _free.Push(at);
        return resident * UnitBytes;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (int at in _places.Values)
        {
            spill.ReturnRoom(_entries.Pointer[at].Offset);
        }

        _places.Clear();
        _free.Clear();
        _entries.Dispose();
        OutUnits = 0;
    }

    private static (int From, int Count) TakeRun(ref uint units)
    {
        int from = BitOperations.TrailingZeroCount(units);
        int count = BitOperations.TrailingZeroCount(~(units >> from));
        units &= ~(((1u << count) - 1) << from);
        return (from, count);
    }

    /// <summary>Hashes a unit with its place, so that bytes of another place are noticed too.</summary>
    private static ulong Hash(byte* unit, long offset)
    {
        const ulong Prime = 0x9E3779B97F4A7C15;
        ulong a = (ulong)offset * Prime;
        ulong b = a ^ 0xC2B2AE3D27D4EB4F;
        ulong c = a ^ 0x165667B19E3779F9;
        ulong d = a ^ 0x27D4EB2F165667C5;
        var words = (ulong*)unit;
        for (int i = 0; i < UnitBytes / 8; i += 4)
        {
            a = BitOperations.RotateLeft((a ^ words[i]) * Prime, 31);
            b = BitOperations.RotateLeft((b ^ words[i + 1]) * Prime, 31);
            c = BitOperations.RotateLeft((c ^ words[i + 2]) * Prime, 31);
            d = BitOperations.RotateLeft((d ^ words[i + 3]) * Prime, 31);
        }

        ulong hash = ((((a * Prime) ^ b) * Prime) ^ c) * Prime;
        hash = (hash ^ d) * Prime;
        return hash ^ (hash >> 32);
    }

    private int Place(byte* page, uint resident, uint existing)
    {
        if (_places.TryGetValue((nint)page, out int at))
        {
            return at;
        }

        if (!_free.TryPop(out at))
        {
            at = _entries.Count;
            _entries.Add(default);
        }

        _entries.Pointer[at] = new Entry
        {
            Page = (nint)page, Offset = spill.RentRoom(), Resident = (ushort)resident, Existing = (ushort)existing,
        };
        _places.Add((nint)page, at);
        return at;
    }

    private void Load(Entry* entry, uint missing)
    {
        int bytes = BitOperations.PopCount(missing) * UnitBytes;
        account.Charge(bytes);
        try
        {
            for (uint left = missing & entry->Stored; left != 0;)
            {
                (int from, int count) = TakeRun(ref left);
                Read(entry, from, count);
            }
        }
        catch
        {
            account.Uncharge(bytes);
            throw;
        }

        for (uint left = missing & ~(uint)entry->Stored; left != 0; left &= left - 1)
        {
            int unit = BitOperations.TrailingZeroCount(left);
            NativeMemory.Clear((byte*)entry->Page + (unit * UnitBytes), UnitBytes);
        }

        entry->Resident |= (ushort)missing;
        OutUnits -= bytes / UnitBytes;
    }

    private void Read(Entry* entry, int from, int count)
    {
        byte* start = (byte*)entry->Page + (from * UnitBytes);
        spill.Read(entry->Offset + (from * UnitBytes), new Span<byte>(start, count * UnitBytes));
        for (int unit = from; unit < from + count; unit++)
        {
            long offset = entry->Offset + (unit * UnitBytes);
            if (Hash((byte*)entry->Page + (unit * UnitBytes), offset) != entry->Hashes[unit])
            {
                throw spill.Damaged(offset);
            }
        }
    }

    [InlineArray(Units)]
    private struct UnitHashes
    {
        private ulong _first;
    }

    private struct Entry
    {
        public nint Page;
        public long Offset;
        public ushort Resident;
        public ushort Referenced;
        public ushort Stored;
        public ushort Existing;
        public UnitHashes Hashes;
    }
}
