using System;
using System.Numerics;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.Operators.GroupAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.WindowAggregate;

/// <summary>Adds the groups of a slice to those of a window.</summary>
internal sealed unsafe class WindowMerger(AggregatePlan plan, BufferAllocator account, Action trim) : IDisposable
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
            if (!hasSets)
            {
                trim();
            }
        }

        for (int i = 0; hasSets && i < plan.Sets.Length; i++)
        {
            if (plan.Sets[i] is ValueSet set && plan.IsDistinct(i))
            {
                MergeValues(set, plan.MembersOf(i), slice.Values[i]!, window.Values[i]!, window.Groups.Heap);
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
            trim();
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
            if (plan.IsDistinct(i))
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
            if (!plan.IsDistinct(i))
            {
                accumulator.Merge(targets, sources, count, window.Groups.Heap);
            }
        }
    }

    /// <summary>Offers each value that an aggregate of the window does not have yet to that aggregate of its group.</summary>
    private void MergeValues(ValueSet set, int[] members, StateTable slice, StateTable window, TextHeap heap)
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
                byte* group = (byte*)_targetOf.Pointer[(int)*(long*)(sources[i] + set.Group)];
                ulong fresh = MergeValue(plan, set, members.Length, sources[i], targets[i]);
                for (; fresh != 0; fresh &= fresh - 1)
                {
                    Accumulator accumulator = plan.Accumulators[members[BitOperations.TrailingZeroCount(fresh)]];
                    if (accumulator.TakesNulls && set.IsNull(targets[i]))
                    {
                        accumulator.OfferNull(group, heap);
                    }
                    else
                    {
                        accumulator.Offer(group, targets[i] + set.Value, heap);
                    }
                }
            }
        }
    }

    /// <summary>Adds what a value's row counts to another one; returns a bit for each aggregate that is new there.</summary>
    public static ulong MergeValue(AggregatePlan plan, ValueSet set, int members, byte* source, byte* target) =>
        plan.InsertOnly ? MergeBits(set, source, target) : MergeCounts(set, members, source, target);

    private static ulong MergeBits(ValueSet set, byte* source, byte* target)
    {
        ulong fresh = *(ulong*)(source + set.Count) & ~*(ulong*)(target + set.Count);
        *(ulong*)(target + set.Count) |= fresh;
        return fresh;
    }

    private static ulong MergeCounts(ValueSet set, int members, byte* source, byte* target)
    {
        ulong fresh = 0;
        for (int j = 0; j < members; j++)
        {
            long more = *(long*)(source + set.CountOf(j));
            long* counted = (long*)(target + set.CountOf(j));
            fresh |= *counted <= 0 && *counted + more > 0 ? 1UL << j : 0;
            *counted += more;
        }

        return fresh;
    }
}
