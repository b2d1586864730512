using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.Operators.GroupAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.WindowAggregate;

/// <summary>Adds the groups of a slice to those of a window.</summary>
internal sealed unsafe class WindowMerger(AggregatePlan plan, BufferAllocator account) : IDisposable
{
    private readonly NativeList<nint> _targetOf = new(account);

    /// <summary>Merges all rows of <paramref name="slice"/> into <paramref name="window"/>.</summary>
    public void Merge(GroupTables slice, GroupTables window)
    {
        byte** sources = stackalloc byte*[StateTable.BlockRows];
        byte** targets = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        ulong* hashes = stackalloc ulong[StateTable.BlockRows];
        bool hasSets = HasDistinct();
        if (hasSets)
        {
            _targetOf.Reserve((int)slice.Groups.Rows.End);
        }

        for (long position = 0; ;)
        {
            int count = slice.Groups.Entries(ref position, hashes, slots, sources);
            if (count == 0)
            {
                break;
            }

            MergeBlock(slice, window, sources, targets, slots, hashes, count, hasSets);
        }

        for (int i = 0; hasSets && i < plan.Sets.Length; i++)
        {
            if (plan.Sets[i] is ValueSet set && plan.Accumulators[i].CanRetract)
            {
                MergeValues(set, plan.Accumulators[i], slice.Values[i]!, window.Values[i]!, window.Groups.Heap);
            }
        }
    }

    /// <summary>Takes all rows of <paramref name="slice"/> away from <paramref name="window"/>; groups without rows go.</summary>
    public void Unmerge(GroupTables slice, GroupTables window, int countOffset)
    {
        byte** sources = stackalloc byte*[StateTable.BlockRows];
        byte** targets = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        ulong* hashes = stackalloc ulong[StateTable.BlockRows];
        for (long position = 0; ;)
        {
            int count = slice.Groups.Entries(ref position, hashes, slots, sources);
            if (count == 0)
            {
                return;
            }

            window.Groups.FindOrCreate(sources, hashes, count, targets, slots);
            foreach (Accumulator accumulator in plan.Accumulators)
            {
                accumulator.Unmerge(targets, sources, count);
            }

            for (int i = 0; i < count; i++)
            {
                if (*(long*)(targets[i] + countOffset) == 0)
                {
                    window.Groups.Delete(targets[i], slots[i], hashes[i]);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _targetOf.Dispose();

    private bool HasDistinct()
    {
        for (int i = 0; i < plan.Sets.Length; i++)
        {
            if (plan.Sets[i] is not null && plan.Accumulators[i].CanRetract)
            {
                return true;
            }
        }

        return false;
    }

    private void MergeBlock(
        GroupTables slice,
        GroupTables window,
        byte** sources,
        byte** targets,
        uint* slots,
        ulong* hashes,
        int count,
        bool hasSets)
    {
        uint* found = stackalloc uint[StateTable.BlockRows];
        window.Groups.FindOrCreate(sources, hashes, count, targets, found);
        for (int i = 0; hasSets && i < count; i++)
        {
            _targetOf.Pointer[slots[i]] = (nint)targets[i];
        }

        if (plan.RowCountOffset >= 0)
        {
            for (int i = 0; i < count; i++)
            {
                *(long*)(targets[i] + plan.RowCountOffset) += *(long*)(sources[i] + plan.RowCountOffset);
            }
        }

        for (int i = 0; i < plan.Accumulators.Length; i++)
        {
            Accumulator accumulator = plan.Accumulators[i];
            if (plan.Sets[i] is null || !accumulator.CanRetract)
            {
                accumulator.Merge(targets, sources, count, window.Groups.Heap);
            }
        }
    }

    /// <summary>Offers each value that the window does not have yet to its group's aggregate.</summary>
    private void MergeValues(ValueSet set, Accumulator accumulator, StateTable slice, StateTable window, TextHeap heap)
    {
        byte** sources = stackalloc byte*[StateTable.BlockRows];
        byte** targets = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        ulong* hashes = stackalloc ulong[StateTable.BlockRows];
        for (long position = 0; ;)
        {
            int count = slice.Entries(ref position, hashes, slots, sources);
            if (count == 0)
            {
                return;
            }

            window.FindOrCreate(sources, hashes, count, targets, slots);
            for (int i = 0; i < count; i++)
            {
                long* counted = (long*)(targets[i] + set.Count);
                if (*counted == 0)
                {
                    byte* group = (byte*)_targetOf.Pointer[(int)*(long*)(sources[i] + set.Group)];
                    if (accumulator.TakesNulls && set.IsNull(targets[i]))
                    {
                        accumulator.OfferNull(group, heap);
                    }
                    else
                    {
                        accumulator.Offer(group, targets[i] + set.Value, heap);
                    }
                }

                *counted += *(long*)(sources[i] + set.Count);
            }
        }
    }
}
