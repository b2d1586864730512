using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Engine.State;

/// <summary>Finds slots by 32-bit hash: extendible hashing over 64-byte buckets of eight entries.</summary>
/// <remarks>
/// <code>
/// small   one segment of 2^k buckets (1 KiB to 512 KiB), doubled in one go: at most 0.4 ms
/// large   directory of 2^D segments of 64 KiB, segment = hash32 >> (32 - D), bucket = hash32 &amp; 1023; growth splits one
/// bucket  [e0..e7], e = hash32 &lt;&lt; 32 | slot; 0 is empty, FFFFFFFF_00000000 a tombstone; overflow goes to the next bucket
/// </code>
/// An entry never moves but by a split, so walks stay valid while rows are deleted.
/// </remarks>
internal sealed unsafe class StateIndex(StatePool pool, BufferAllocator account) : IDisposable
{
    private const ulong Tombstone = 0xFFFFFFFF_00000000;
    private const int BucketBytes = 64;
    private const int FirstBuckets = 16;
    private const int MostSmallBuckets = 8192;
    private const int SegmentBuckets = StatePool.PageBytes / BucketBytes;
    private const int PrefetchEntries = 16;
    private const int LeastSegmentLimit = 4096;
    private const int MostSegmentLimit = 5896;

    /// <summary>Entries by which a segment differs from its part, four times the root of a limit.</summary>
    private const int Slack = 280;

    /// <summary>Whether the scalar form is forced; read once a block, since a static's check would stand in the loop.</summary>
    public static readonly bool ForceScalar =
        Environment.GetEnvironmentVariable("COLUMNSTREAM_FORCE_KERNEL") == "scalar";

    /// <summary>Gets whether buckets can be compared as vectors.</summary>
    public static bool HasVectors => Vector256.IsHardwareAccelerated;

    private readonly NativeList<nint> _directory = new(account);
    private readonly NativeList<int> _segmentIds = new(account);
    private readonly NativeList<Segment> _segments = new(account);
    private readonly SpilledPages? _spilled = pool.Spill is null ? null : new SpilledPages(pool.Spill, pool, account);
    private byte* _shade;
    private int _hand;
    private NativeBuffer? _small;
    private int _depth;
    private int _firstBuckets = FirstBuckets;

    /// <summary>Gets the bytes of segments that are on disk only.</summary>
    public long SpilledBytes => (_spilled?.OutUnits ?? 0) * SpilledPages.UnitBytes;

    /// <summary>Gets the segment addresses by hash prefix; one that is not wholly in memory stands as one in which nothing is found.</summary>
    public byte** Directory => (byte**)_directory.Pointer;

    /// <summary>Gets the shift that leaves a hash's directory index.</summary>
    public int Shift => 32 - _depth;

    /// <summary>Gets the mask that leaves a hash's bucket.</summary>
    public uint Mask { get; private set; }

    /// <summary>Gets the native bytes held.</summary>
    public long Bytes => (_small?.Capacity ?? ((long)_segments.Count * StatePool.PageBytes))
        + _directory.Bytes + _segmentIds.Bytes + _segments.Bytes - SpilledBytes;

    /// <summary>Gets whether the index exists.</summary>
    public bool IsOpen => _segments.Count > 0;

    /// <summary>Makes an empty small index, as large as the last one turned out to need: windows are alike.</summary>
    public void Open() => OpenSmall(_firstBuckets);

    /// <summary>Makes an empty index about as large as one that grew to a number of rows.</summary>
    public void Open(int rows)
    {
        Dispose();
        long bytes = rows / (MostSegmentLimit * 3L / 4) * StatePool.PageBytes;
        if (rows <= LimitOf(MostSmallBuckets) || pool.Spill is { IsEager: true } || bytes > account.FreeBytes / 4)
        {
            // Where memory is short it grows as it is filled, and what is not used lately makes room.
            OpenSmall(FirstBuckets);
            return;
        }

        Mask = SegmentBuckets - 1;
        while (HasFull(rows))
        {
            _depth++;
        }

        _directory.Reserve(1 << _depth);
        _segmentIds.Reserve(1 << _depth);
        for (uint prefix = 0; prefix < 1u << _depth;)
        {
            int depth = FittingDepth(prefix, rows);
            int id = AddSegment(depth, prefix >> (_depth - depth));
            for (int span = 1 << (_depth - depth); span > 0; span--, prefix++)
            {
                _directory.Add((nint)_segments.Pointer[id].Page);
                _segmentIds.Add(id);
            }
        }
    }

    /// <summary>Returns bit 2k + 1 for each entry k of <paramref name="bucket"/> with <paramref name="hash"/>.</summary>
    /// <remarks>Halves of entries are compared, without shifts: the upper half is the hash, the bits of the lower are cut.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Match(byte* bucket, uint hash, bool scalar) =>
        HasVectors && !scalar ? MatchVector(bucket, hash) : MatchScalar(bucket, hash);

    /// <summary>Does what <see cref="Match"/> does, where <see cref="HasVectors"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint MatchVector(byte* bucket, uint hash)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<uint> equal = Vector512.Equals(Vector512.Load((uint*)bucket), Vector512.Create(hash));
            return (uint)equal.ExtractMostSignificantBits() & 0xAAAA;
        }

        Vector256<uint> wanted = Vector256.Create(hash);
        uint low = Vector256.Equals(Vector256.Load((uint*)bucket), wanted).ExtractMostSignificantBits();
        uint high = Vector256.Equals(Vector256.Load((uint*)bucket + 8), wanted).ExtractMostSignificantBits();
        return (low | (high << 8)) & 0xAAAA;
    }

    internal static uint MatchScalar(byte* bucket, uint hash)
    {
        uint match = 0;
        for (int i = 1; i < 16; i += 2)
        {
            match |= (((uint*)bucket)[i] == hash ? 1u : 0) << i;
        }

        return match;
    }

    /// <summary>Returns the slot of the first match; of the last entry when there is none, whose key cannot be equal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint SlotOf(byte* bucket, uint match) =>
        ((uint*)bucket)[(BitOperations.TrailingZeroCount(match) - 1) & 14];

    /// <summary>Returns the bucket where a hash begins.</summary>
    public byte* Bucket(uint hash)
    {
        byte* segment = Directory[(ulong)hash >> Shift];
        return segment == _shade ? Fetch(hash) : segment + ((hash & Mask) * BucketBytes);
    }

    /// <summary>Returns the bucket behind <paramref name="bucket"/> inside its segment.</summary>
    public byte* Next(byte* bucket, uint hash)
    {
        byte* segment = Directory[(ulong)hash >> Shift];
        bool isShaded = segment == _shade;
        segment = isShaded ? SegmentOf(hash).Page : segment;
        byte* next = segment + (((bucket - segment) + BucketBytes) & ((Mask * (long)BucketBytes) + BucketBytes - 1));
        if (isShaded)
        {
            _spilled!.Ensure(next, BucketBytes);
        }

        return next;
    }

    /// <summary>Tells whether a search may stop at <paramref name="bucket"/>: one entry was never used.</summary>
    public static bool HasEmpty(byte* bucket) => AnyZero((ulong*)bucket);

    /// <summary>Walks the entries: returns up to <paramref name="most"/> from <paramref name="position"/>, 0 at the end.</summary>
    public int Entries(ref long position, ulong* hashes, uint* slots, int most)
    {
        int perSegment = ((int)Mask + 1) * 8;
        int count = 0;
        for (int segment = (int)(position / perSegment); segment < _segments.Count && count < most; segment++)
        {
            var entries = (ulong*)_segments.Pointer[segment].Page;
            if (SpilledBytes > 0)
            {
                _spilled!.Ensure((byte*)entries, StatePool.PageBytes);
            }

            int at = (int)(position % perSegment);
            for (; at < perSegment && count < most; at++)
            {
                ulong entry = entries[at];
                hashes[count] = entry >> 32;
                slots[count] = (uint)entry;
                count += (uint)entry != 0 ? 1 : 0;
            }

            position = ((long)segment * perSegment) + at;
        }

        return count;
    }

    /// <summary>Adds an entry for a key that is not in the index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Insert(uint hash, uint slot)
    {
        ref Segment segment = ref SegmentOf(hash);
        if (segment.Used >= segment.Limit)
        {
            Grow(hash);
            Insert(hash, slot);
            return;
        }

        byte* bucket = Bucket(hash);
        while (SpilledBytes > 0 && !HasFree((ulong*)bucket))
        {
            bucket = Next(bucket, hash);
        }

        ulong* entry = FreeEntry(bucket, segment.Page, Mask, out bool wasTombstone);
        *entry = ((ulong)hash << 32) | slot;
        segment.Used += wasTombstone ? 0 : 1;
        segment.Tombstones -= wasTombstone ? 1 : 0;
    }

    /// <summary>Adds entries for keys that are not in the index; buckets lie anywhere, so they are asked for ahead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Insert(ulong* hashes, uint* slots, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (Sse.IsSupported && i + PrefetchEntries < count)
            {
                uint ahead = (uint)hashes[i + PrefetchEntries];
                Sse.Prefetch0(Directory[(ulong)ahead >> Shift] + ((ahead & Mask) * BucketBytes));
            }

            Insert((uint)hashes[i], slots[i]);
        }
    }

    /// <summary>Removes the entry of <paramref name="slot"/>.</summary>
    /// <returns>Whether it was there.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Remove(uint hash, uint slot)
    {
        ulong wanted = ((ulong)hash << 32) | slot;
        for (byte* bucket = Bucket(hash); ; bucket = Next(bucket, hash))
        {
            var entries = (ulong*)bucket;
            bool hasEmpty = AnyZero(entries);
            for (int i = 0; i < 8; i++)
            {
                if (entries[i] == wanted)
                {
                    entries[i] = hasEmpty ? 0 : Tombstone;
                    ref Segment segment = ref SegmentOf(hash);
                    segment.Used -= hasEmpty ? 1 : 0;
                    segment.Tombstones += hasEmpty ? 0 : 1;
                    return true;
                }
            }

            if (hasEmpty)
            {
                return false;
            }
        }
    }

    /// <summary>Gives all memory back.</summary>
    public void Dispose()
    {
        if (IsOpen)
        {
            _firstBuckets = _small is null ? MostSmallBuckets : FittingBuckets(_segments.Pointer[0]);
        }

        if (_small is null)
        {
            for (int i = 0; i < _segments.Count; i++)
            {
                Return(_segments.Pointer[i].Page);
            }
        }

        _small?.Release();
        _small = null;
        _directory.Dispose();
        _segmentIds.Dispose();
        _segments.Dispose();
        _spilled?.Dispose();
        _depth = 0;
    }

    /// <summary>Puts segments on disk; a small index stays.</summary>
    /// <param name="wantedBytes">About how many bytes.</param>
    /// <param name="evenUsed">Whether those go too that were used since the hand last came by.</param>
    /// <returns>How many bytes went.</returns>
    public long Evict(long wantedBytes, bool evenUsed)
    {
        long freed = 0;
        for (int n = 0; n < _segments.Count && _small is null && freed < wantedBytes; n++)
        {
            _hand = _hand + 1 < _segments.Count ? _hand + 1 : 0;
            byte* page = _segments.Pointer[_hand].Page;
            uint units = _spilled!.Resident(page);
            units &= ~_spilled.TakeReferenced(page) | (evenUsed ? SpilledPages.AllUnits : 0);
            if (units != 0)
            {
                _shade = pool.Spill!.Shade;
                Show(_segments.Pointer[_hand], _shade);
                freed += _spilled.Evict(page, units);
            }
        }

        return freed;
    }

    /// <summary>Brings a bucket back.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private byte* Fetch(uint hash)
    {
        ref Segment segment = ref SegmentOf(hash);
        byte* bucket = segment.Page + ((hash & Mask) * BucketBytes);
        if (_spilled!.Ensure(bucket, BucketBytes))
        {
            Show(segment, segment.Page);
        }

        return bucket;
    }

    /// <summary>Lets the directory point at <paramref name="page"/> for a segment's hashes.</summary>
    private void Show(in Segment segment, byte* page)
    {
        int span = 1 << (_depth - segment.Depth);
        new Span<nint>(_directory.Pointer + ((long)segment.Prefix << (_depth - segment.Depth)), span).Fill((nint)page);
    }

    private void Return(byte* page) => pool.Return(page, account, _spilled?.Forget(page) ?? StatePool.PageBytes);

    private static bool HasFree(ulong* entries)
    {
        bool free = false;
        for (int i = 0; i < 8; i++)
        {
            free |= (uint)entries[i] == 0;
        }

        return free;
    }

    /// <summary>Halves the size until the entries would fill it.</summary>
    private int FittingBuckets(Segment segment)
    {
        int buckets = (int)Mask + 1;
        while (buckets > FirstBuckets && segment.Used < LimitOf(buckets / 2))
        {
            buckets /= 2;
        }

        return buckets;
    }

    private static int LimitOf(int buckets) => buckets * 8 * 5 / 8;

    private static bool AnyZero(ulong* entries)
    {
        Vector256<ulong> first = Vector256.Load(entries);
        Vector256<ulong> second = Vector256.Load(entries + 4);
        return Vector256.EqualsAny(first, Vector256<ulong>.Zero) || Vector256.EqualsAny(second, Vector256<ulong>.Zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong* FreeEntry(byte* bucket, byte* segment, uint mask, out bool wasTombstone)
    {
        long last = (mask * (long)BucketBytes) + BucketBytes - 1;
        while (true)
        {
            uint low = Vector256.Equals(Vector256.Load((uint*)bucket), Vector256<uint>.Zero).ExtractMostSignificantBits();
            uint high = Vector256.Equals(Vector256.Load((uint*)bucket + 8), Vector256<uint>.Zero).ExtractMostSignificantBits();
            uint free = (low | (high << 8)) & 0x5555;
            if (free != 0)
            {
                ulong* entry = (ulong*)((uint*)bucket + BitOperations.TrailingZeroCount(free));
                wasTombstone = *entry != 0;
                return entry;
            }

            bucket = segment + (((bucket - segment) + BucketBytes) & last);
        }
    }

    private ref Segment SegmentOf(uint hash) => ref _segments.Pointer[_segmentIds.Pointer[(ulong)hash >> Shift]];

    private void OpenSmall(int buckets)
    {
        _small = account.AllocateZeroed((long)buckets * BucketBytes);
        Mask = (uint)buckets - 1;
        _depth = 0;
        _directory.Count = 0;
        _segmentIds.Count = 0;
        _segments.Count = 0;
        _directory.Add((nint)_small.Pointer);
        _segmentIds.Add(0);
        _segments.Add(new Segment { Page = _small.Pointer, Limit = LimitOf(buckets) });
    }

    private void Grow(uint hash)
    {
        if (_small is null)
        {
            Split(hash);
            return;
        }

        NativeBuffer old = _small;
        int buckets = (int)Mask + 1;
        Segment segment = _segments.Pointer[0];
        bool crowded = segment.Used - segment.Tombstones > segment.Limit / 2;
        try
        {
            if (buckets < MostSmallBuckets || !crowded)
            {
                OpenSmall(crowded ? buckets * 2 : buckets);
            }
            else
            {
                OpenLarge();
            }

            Reinsert(old.Pointer, buckets);
        }
        finally
        {
            // Memory may be full half-way.
            if (_small != old)
            {
                old.Release();
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Reinsert(byte* buckets, int count)
    {
        var entries = (ulong*)buckets;
        for (int i = 0; i < count * 8; i++)
        {
            if ((uint)entries[i] != 0)
            {
                Insert((uint)(entries[i] >> 32), (uint)entries[i]);
            }
        }
    }

    private void OpenLarge()
    {
        _small = null;
        _depth = 4;
        Mask = SegmentBuckets - 1;
        _directory.Count = 0;
        _segmentIds.Count = 0;
        _segments.Count = 0;
        for (int i = 0; i < 16; i++)
        {
            int id = AddSegment(_depth, (uint)i);
            _directory.Add((nint)_segments.Pointer[id].Page);
            _segmentIds.Add(id);
        }
    }

    private int AddSegment(int depth, uint prefix)
    {
        _segments.Reserve(_segments.Count + 1);
        byte* page = pool.Rent(account);
        NativeMemory.Clear(page, StatePool.PageBytes);
        _segments.Add(new Segment { Page = page, Limit = LimitOf(depth, prefix), Depth = depth, Prefix = prefix });
        return _segments.Count - 1;
    }

    /// <summary>Returns a limit between 0.50 and 0.72 of the entries, so that segments do not all split in the same batches.</summary>
    private static int LimitOf(int depth, uint prefix)
    {
        uint spread = ((prefix * 0x9E3779B1u) ^ ((uint)depth * 0x85EBCA6Bu)) >> 22;
        return (int)(LeastSegmentLimit + (spread * (MostSegmentLimit - LeastSegmentLimit) >> 10));
    }

    /// <summary>Tells whether a segment of the directory's depth would split under a number of rows.</summary>
    private bool HasFull(int rows) => _depth < 4 || rows >> _depth > LeastSegmentLimit - Slack;

    /// <summary>Returns the depth at which a segment holds its part of a number of rows; hashes are even but for chance.</summary>
    private int FittingDepth(uint prefix, int rows)
    {
        for (int depth = 4; depth < _depth; depth++)
        {
            uint own = prefix >> (_depth - depth);
            if (own << (_depth - depth) == prefix && rows >> depth < LimitOf(depth, own) - Slack)
            {
                return depth;
            }
        }

        return _depth;
    }

    private void Split(uint hash)
    {
        int oldId = _segmentIds.Pointer[(ulong)hash >> Shift];
        Segment old = _segments.Pointer[oldId];
        _spilled?.Ensure(old.Page, StatePool.PageBytes);
        bool crowded = old.Used - old.Tombstones > old.Limit / 2;
        int depth = crowded ? old.Depth + 1 : old.Depth;
        if (depth > _depth)
        {
            DoubleDirectory();
        }

        uint oldPrefix = old.Depth == 0 ? 0 : hash >> (32 - old.Depth);
        int first = AddSegment(depth, crowded ? oldPrefix * 2 : oldPrefix);
        int second = crowded ? AddSegment(depth, (oldPrefix * 2) + 1) : first;

        // The new page of the first half takes over the old segment's number.
        Segment replacement = _segments.Pointer[first];
        int span = 1 << (_depth - old.Depth);
        int from = (int)(oldPrefix << (_depth - old.Depth));
        for (int i = 0; i < span; i++)
        {
            bool isSecond = crowded && i >= span / 2;
            int id = isSecond ? second : oldId;
            _segmentIds.Pointer[from + i] = id;
            _directory.Pointer[from + i] = (nint)(isSecond ? _segments.Pointer[second].Page : replacement.Page);
        }

        _segments.Pointer[oldId] = replacement;
        RemoveSegmentNumber(first, from, span, second);
        Reinsert(old.Page, SegmentBuckets);
        Return(old.Page);
    }

    /// <summary>Frees number <paramref name="first"/>, whose page now has the old number: the last number moves there.</summary>
    private void RemoveSegmentNumber(int first, int from, int span, int second)
    {
        int last = _segments.Count - 1;
        if (second == last && second != first)
        {
            _segments.Pointer[first] = _segments.Pointer[second];
            for (int i = span / 2; i < span; i++)
            {
                _segmentIds.Pointer[from + i] = first;
            }
        }

        _segments.Count = last;
    }

    private void DoubleDirectory()
    {
        int size = 1 << _depth;
        _directory.Reserve(size * 2);
        _segmentIds.Reserve(size * 2);
        for (int i = size - 1; i >= 0; i--)
        {
            _directory.Pointer[2 * i] = _directory.Pointer[i];
            _directory.Pointer[(2 * i) + 1] = _directory.Pointer[i];
            _segmentIds.Pointer[2 * i] = _segmentIds.Pointer[i];
            _segmentIds.Pointer[(2 * i) + 1] = _segmentIds.Pointer[i];
        }

        _directory.Count = size * 2;
        _segmentIds.Count = size * 2;
        _depth++;
    }

    private struct Segment
    {
        public byte* Page;
        public int Used;
        public int Tombstones;
        public int Limit;
        public int Depth;
        public uint Prefix;
    }
}
