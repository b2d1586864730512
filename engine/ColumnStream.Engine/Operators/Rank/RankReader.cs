using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Rank;

/// <summary>Reads the rows of a group in order, with their ranks, out of its list or its tree.</summary>
internal sealed unsafe class RankReader(
    RankFunction function, long end, RankRows rows, RankGroups groups, RankTree tree, RankList? list, BufferAllocator allocator)
    : IDisposable
{
    private readonly NativeList<uint> _path = new(allocator);
    private int _position;

    /// <summary>Begins a walk over all rows of a group.</summary>
    public void Begin(byte* group)
    {
        _position = 0;
        if (list is null)
        {
            tree.Walk(groups.Root(group), 1, _path, out _);
        }
    }

    /// <summary>Returns the next row of the walk over a group; 0 behind the last.</summary>
    public uint Next(byte* group) =>
        list is null ? tree.Next(_path) : _position < list.Count(group) ? list.SlotAt(group, ++_position) : 0;

    /// <summary>Adds the rows of a group from a position on, as far as its ranks are asked for and below another position.</summary>
    public void List(byte* group, uint position, uint below, NativeList<RankEntry> target)
    {
        if (list is not null)
        {
            for (uint p = position; p < below && p <= list.Count(group); p++)
            {
                target.Add(new RankEntry(list.SlotAt(group, p), 1, p));
            }

            return;
        }

        uint root = groups.Root(group);
        tree.Walk(root, position, _path, out uint first);
        if (first == 0 || first >= below)
        {
            return;
        }

        uint keys = 0;
        uint slot = tree.Next(_path);
        if (function == RankFunction.DenseRank)
        {
            tree.BeforeKey(root, rows.Table.Rows.Row(slot), out keys);
        }

        long rank = function == RankFunction.DenseRank ? keys + 1 : first;
        byte* before = null;
        long at = first;
        for (; slot != 0 && at < below; slot = tree.Next(_path))
        {
            byte* row = rows.Table.Rows.Row(slot);
            if (function == RankFunction.RowNumber)
            {
                rank = at;
            }
            else if (before is not null && !tree.SameKey(before, row))
            {
                rank = function == RankFunction.Rank ? at : rank + 1;
            }

            if (rank > end)
            {
                break;
            }

            int copies = (int)*(long*)(row + rows.Count);
            target.Add(new RankEntry(slot, copies, rank));
            at += copies;
            before = row;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _path.Dispose();
}
