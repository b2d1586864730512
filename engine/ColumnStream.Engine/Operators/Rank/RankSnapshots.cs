using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Rank;

/// <summary>Remembers how the groups of a batch were ranked before it, and finds out what has changed behind it.</summary>
/// <remarks>
/// A group is listed from the first position that changes on. A change further in front lists what lies between, which no
/// change has reached yet; so a batch at the end of long groups lists little.
/// </remarks>
internal sealed unsafe class RankSnapshots(RankStore store, RankNode node, BufferAllocator allocator) : IDisposable
{
    private readonly NativeList<RankEntry> _entries = new(allocator);
    private readonly NativeList<Segment> _segments = new(allocator);
    private readonly NativeList<Touched> _groups = new(allocator);
    private readonly NativeList<RankEntry> _old = new(allocator);
    private readonly NativeList<RankEntry> _new = new(allocator);
    private readonly bool _byPosition = node.Function == RankFunction.RowNumber && (node.HasNumber || node.IsSingle);
    private readonly bool _makesOld = node.Changelog == ChangelogMode.Retract;

    /// <summary>Notes that a group is about to change from a position on.</summary>
    public void Note(byte* group, uint slot, ulong hash, uint position)
    {
        RankGroups groups = store.Groups;
        ref long low = ref *(long*)(group + groups.LowOffset);
        ref long snapshot = ref *(long*)(group + groups.SnapshotOffset);
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

    /// <summary>Adds all changes of the batch, and forgets it.</summary>
    public void Compare(RankChanges changes)
    {
        RankGroups groups = store.Groups;
        for (int g = 0; g < _groups.Count; g++)
        {
            Touched touched = _groups.Pointer[g];
            var group = (byte*)touched.Group;
            _old.Count = 0;
            _new.Count = 0;
            for (long s = *(long*)(group + groups.SnapshotOffset); s != 0; s = _segments.Pointer[s - 1].Next)
            {
                Segment segment = _segments.Pointer[s - 1];
                for (int i = 0; i < segment.Count; i++)
                {
                    _old.Add(_entries.Pointer[segment.First + i]);
                }
            }

            var low = (uint)*(long*)(group + groups.LowOffset);
            store.List(group, low, uint.MaxValue, _new);
            if (_byPosition)
            {
                ByPosition(low, changes);
            }
            else
            {
                ByRow(changes);
            }

            *(long*)(group + groups.LowOffset) = 0;
            *(long*)(group + groups.SnapshotOffset) = 0;
            if (groups.Root(group) == 0)
            {
                groups.Drop(group, touched.Slot, touched.Hash);
            }
        }

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
        _old.Dispose();
        _new.Dispose();
    }

    /// <summary>Compares position by position: a place that has another row now is an update.</summary>
    private void ByPosition(long low, RankChanges changes)
    {
        (int o, int n) = (0, 0);
        (int oldLeft, int newLeft) = (CopiesAt(_old, 0), CopiesAt(_new, 0));
        for (long at = low; at <= node.End && (oldLeft > 0 || newLeft > 0); at++)
        {
            uint before = oldLeft > 0 ? _old.Pointer[o].Slot : 0;
            uint now = newLeft > 0 ? _new.Pointer[n].Slot : 0;
            if (before != now && at >= node.Start)
            {
                Replace(before, now, at, changes);
            }

            if (oldLeft > 0 && --oldLeft == 0)
            {
                oldLeft = CopiesAt(_old, ++o);
            }

            if (newLeft > 0 && --newLeft == 0)
            {
                newLeft = CopiesAt(_new, ++n);
            }
        }
    }

    private void Replace(uint before, uint now, long rank, RankChanges changes)
    {
        if (now == 0)
        {
            changes.Add(Row(before), RowKind.Delete, rank);
        }
        else if (before == 0)
        {
            changes.Add(Row(now), RowKind.Insert, rank);
        }
        else
        {
            if (_makesOld)
            {
                changes.Add(Row(before), RowKind.UpdateBefore, rank);
            }

            changes.Add(Row(now), RowKind.UpdateAfter, rank);
        }
    }

    /// <summary>Compares row by row: rows enter, leave, or get another rank.</summary>
    private void ByRow(RankChanges changes)
    {
        int mark = store.Rows.Mark;
        for (int i = 0; i < _new.Count; i++)
        {
            *(long*)(Row(_new.Pointer[i].Slot) + mark) = i + 1;
        }

        for (int i = 0; i < _old.Count; i++)
        {
            RankEntry old = _old.Pointer[i];
            byte* row = Row(old.Slot);
            ref long place = ref *(long*)(row + mark);
            RankEntry now = place == 0 ? default : _new.Pointer[place - 1];
            place = 0;
            (long oldCopies, long copies) = (Clip(old), Clip(now));
            bool isMoved = node.HasNumber && old.Rank != now.Rank && copies > 0;
            if (!isMoved)
            {
                changes.Add(row, RowKind.Delete, old.Rank, oldCopies - copies);
                changes.Add(row, RowKind.Insert, now.Rank, copies - oldCopies);
                continue;
            }

            for (long pairs = Math.Min(oldCopies, copies); pairs > 0; pairs--)
            {
                if (_makesOld)
                {
                    changes.Add(row, RowKind.UpdateBefore, old.Rank);
                }

                changes.Add(row, RowKind.UpdateAfter, now.Rank);
            }

            changes.Add(row, RowKind.Delete, old.Rank, oldCopies - copies);
            changes.Add(row, RowKind.Insert, now.Rank, copies - oldCopies);
        }

        for (int i = 0; i < _new.Count; i++)
        {
            RankEntry entry = _new.Pointer[i];
            byte* row = Row(entry.Slot);
            if (*(long*)(row + mark) != 0)
            {
                *(long*)(row + mark) = 0;
                changes.Add(row, RowKind.Insert, entry.Rank, Clip(entry));
            }
        }
    }

    /// <summary>Counts the copies of an entry whose ranks are in the range.</summary>
    private long Clip(RankEntry entry)
    {
        if (node.Function != RankFunction.RowNumber)
        {
            return entry.Rank >= node.Start && entry.Rank <= node.End ? entry.Copies : 0;
        }

        long first = Math.Max(entry.Rank, node.Start);
        long last = Math.Min(entry.Rank + entry.Copies - 1, node.End);
        return Math.Max(0, last - first + 1);
    }

    private static int CopiesAt(NativeList<RankEntry> entries, int index) =>
        index < entries.Count ? entries.Pointer[index].Copies : 0;

    private byte* Row(uint slot) => store.Rows.Table.Rows.Row(slot);

    private readonly record struct Segment(int First, int Count, int Next);

    private readonly record struct Touched(nint Group, uint Slot, ulong Hash);
}
