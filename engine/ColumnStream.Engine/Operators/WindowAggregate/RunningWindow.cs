using System;
using System.Collections.Generic;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.Operators.GroupAggregate;

namespace ColumnStream.Engine.Operators.WindowAggregate;

/// <summary>Keeps the groups of the last window and makes the next one of them: adds what came, takes away what left.</summary>
/// <remarks>
/// A window of n slices then costs two slices instead of n. Only for sums over inserts, one of them a COUNT(*): a group
/// whose count falls to zero is in no slice, and all its cells are zero. A slice that changes after it was added makes the
/// next window start anew. Not part of a snapshot: the slices are.
/// </remarks>
internal sealed class RunningWindow(SliceStore slices, WindowMerger merger, int countOffset) : IDisposable
{
    private readonly List<long> _members = [];
    private GroupTables? _tables;
    private bool _isStale;

    /// <summary>Returns where a group's row counts its rows when windows of a plan can run, or -1.</summary>
    public static int CountOffset(AggregatePlan plan)
    {
        int offset = -1;
        for (int i = 0; i < plan.Accumulators.Length; i++)
        {
            if (!plan.Accumulators[i].CanUnmerge || plan.Sets[i] is not null || plan.IsDistinct(i))
            {
                return -1;
            }

            bool countsRows = plan.Accumulators[i] is CountAccumulator
                && plan.Calls[i].Arguments.Count == 0 && plan.Calls[i].Filter < 0;
            offset = countsRows ? plan.Accumulators[i].Offset : offset;
        }

        return plan.InsertOnly ? offset : -1;
    }

    /// <summary>Learns that a slice is about to get rows.</summary>
    public void Change(long slice) => _isStale |= _members.Contains(slice);

    /// <summary>Learns that a slice is about to be dropped.</summary>
    public void Leave(long slice, GroupTables groups)
    {
        if (!_isStale && _members.Remove(slice))
        {
            merger.Unmerge(groups, _tables!, countOffset);
        }
    }

    /// <summary>Returns the groups of the window [start, end), borrowed until the next call.</summary>
    public GroupTables MoveTo(long start, long end)
    {
        if (_isStale)
        {
            Reset();
        }

        _tables ??= slices.Rent();
        foreach ((long slice, GroupTables groups) in slices.Slices)
        {
            bool isMember = _members.Contains(slice);
            bool belongs = slice >= start && slice < end;
            if (isMember && !belongs)
            {
                Leave(slice, groups);
            }
            else if (belongs && !isMember)
            {
                merger.Merge(groups, _tables);
                _members.Add(slice);
            }
        }

        return _tables;
    }

    /// <summary>Forgets all: slices were restored.</summary>
    public void Reset()
    {
        if (_tables is not null)
        {
            slices.Return(_tables);
        }

        _tables = null;
        _members.Clear();
        _isStale = false;
    }

    /// <inheritdoc/>
    public void Dispose() => Reset();
}
