using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Rank;

/// <summary>Finds out what a batch has changed in the range of ranks, by how its groups were ranked before.</summary>
internal sealed unsafe class RankSnapshots(RankStore store, RankNode node, BufferAllocator allocator) : IDisposable
{
    private readonly NativeList<RankEntry> _old = new(allocator);
    private readonly NativeList<RankEntry> _new = new(allocator);
    private readonly bool _byPosition = node.Function == RankFunction.RowNumber && (node.HasNumber || node.IsSingle);
    private readonly bool _makesOld = node.Changelog == ChangelogMode.Retract;

    /// <summary>Gets what the store tells of changes.</summary>
    public RankHistory History { get; } = new(store, allocator);

    /// <summary>Adds all changes of the batch, and forgets it.</summary>
    public void Compare(RankChanges changes)
    {
        for (int g = 0; g < History.Count; g++)
        {
            _old.Count = 0;
            _new.Count = 0;
            uint low = History.List(g, _old, _new);
            if (_byPosition)
            {
                ByPosition(low, changes);
            }
            else
            {
                ByRow(changes);
            }

            History.Forget(g);
        }

        History.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        History.Dispose();
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
}
