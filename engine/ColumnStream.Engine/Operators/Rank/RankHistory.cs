using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Rank;

/// <summary>Remembers how the groups of a batch were ranked before it.</summary>
/// <remarks>
/// A group is listed from the first position that changes on. A change further in front lists what lies between, which no
/// change has reached yet; so a batch at the end of long groups lists little.
/// </remarks>
internal sealed unsafe class RankHistory(RankStore store, BufferAllocator allocator) : IDisposable
{
    private readonly NativeList<RankEntry> _entries = new(allocator);
    private readonly NativeList<Segment> _segments = new(allocator);
    private readonly NativeList<Touched> _groups = new(allocator);

    /// <summary>Gets or sets whether every change lists its group from the first position on.</summary>
    public bool ListsAll { get; set; }

    /// <summary>Gets the number of groups that this batch has changed.</summary>
    public int Count => _groups.Count;

    /// <summary>Notes that a group is about to change from a position on.</summary>
    public void Note(byte* group, uint slot, ulong hash, uint position)
    {
        RankGroups groups = store.Groups;
        ref long low = ref *(long*)(group + groups.LowOffset);
        ref long snapshot = ref *(long*)(group + groups.SnapshotOffset);
        position = ListsAll ? 1 : position;
        if (low == 0)
        {
            _groups.Add(new Touched((nint)group, slot, hash));
        }
        else if (position >= low)
        {
            return;
        }

        int first = _entries.Count;
        store.List(group, position, low == 0 ? uint.MaxValue : (uint)low, _entries);
        _segments.Add(new Segment(first, _entries.Count - first, (int)snapshot));
        snapshot = _segments.Count;
        low = position;
    }

    /// <summary>Returns a group that has changed.</summary>
    public byte* Group(int index) => (byte*)_groups.Pointer[index].Group;

    /// <summary>Adds the rows of a group as they were and as they are, from the first position on that has changed.</summary>
    /// <returns>That position.</returns>
    public uint List(int index, NativeList<RankEntry> old, NativeList<RankEntry> now)
    {
        byte* group = Group(index);
        RankGroups groups = store.Groups;
        for (long s = *(long*)(group + groups.SnapshotOffset); s != 0; s = _segments.Pointer[s - 1].Next)
        {
            Segment segment = _segments.Pointer[s - 1];
            for (int i = 0; i < segment.Count; i++)
            {
                old.Add(_entries.Pointer[segment.First + i]);
            }
        }

        var low = (uint)*(long*)(group + groups.LowOffset);
        store.List(group, low, uint.MaxValue, now);
        return low;
    }

    /// <summary>Forgets a group of the batch, and drops it where it has no rows any more.</summary>
    public void Forget(int index)
    {
        byte* group = Group(index);
        RankGroups groups = store.Groups;
        *(long*)(group + groups.LowOffset) = 0;
        *(long*)(group + groups.SnapshotOffset) = 0;
        if (groups.Root(group) == 0)
        {
            groups.Drop(group, _groups.Pointer[index].Slot, _groups.Pointer[index].Hash);
        }
    }

    /// <summary>Forgets the batch; all groups must be forgotten before.</summary>
    public void Clear()
    {
        _groups.Count = 0;
        _segments.Count = 0;
        _entries.Count = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _entries.Dispose();
        _segments.Dispose();
        _groups.Dispose();
    }

    private readonly record struct Segment(int First, int Count, int Next);

    private readonly record struct Touched(nint Group, uint Slot, ulong Hash);
}
