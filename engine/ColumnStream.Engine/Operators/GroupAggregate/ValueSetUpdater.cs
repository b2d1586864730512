using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.GroupAggregate;

/// <summary>Counts values by group and finds the next extreme for MIN and MAX under retraction.</summary>
internal sealed unsafe class ValueSetUpdater(ValueSet set, Accumulator accumulator, int head, BufferAllocator account)
    : IDisposable
{
    private readonly KeyEncoder _encoder = new(set.Layout, account);
    private readonly NativeList<sbyte> _signs = new(account);
    private readonly NativeList<nint> _lost = new(account);
    private readonly NativeList<nint> _reduced = new(account);
    private readonly ulong[] _hashes = new ulong[StateTable.BlockRows];
    private readonly int[] _picked = new int[StateTable.BlockRows];
    private readonly ArrayData[] _columns = new ArrayData[set.Layout.Keys.Count];
    private bool _isOpen;

    /// <summary>Counts a block of rows and returns the signs that the accumulator sees.</summary>
    public sbyte* Update(
        StateTable values,
        ReadOnlySpan<ArrayData> keys,
        ReadOnlySpan<ArrayData> arguments,
        int at,
        int count,
        byte** groups,
        uint* groupSlots,
        sbyte* signs)
    {
        if (!_isOpen)
        {
            values.BeginBatch();
            _isOpen = true;
        }

        sbyte* passed = _signs.Reserve(StateTable.BlockRows);
        new Span<sbyte>(passed, count).Clear();
        int picked = 0;
        for (int i = 0; i < count; i++)
        {
            _picked[picked] = at + i;
            picked += signs is null || signs[i] != 0 ? 1 : 0;
        }

        if (picked == 0)
        {
            return passed;
        }

        Gather(keys, arguments, picked);
        byte** rows = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        fixed (ulong* hashes = _hashes)
        {
            values.FindOrCreate(_encoder, hashes, 0, picked, rows, slots);
            values.Touch(rows, slots, hashes, picked);
        }

        for (int k = 0; k < picked; k++)
        {
            int i = _picked[k] - at;
            int sign = signs is null ? 1 : signs[i];
            long* counted = (long*)(rows[k] + set.Count);
            *counted += sign;
            *(long*)(rows[k] + set.Group) = groupSlots[i];
            if (sign > 0)
            {
                passed[i] = 1;
            }
            else
            {
                // Counted down behind the batch: a count of 0 in between would let a lesser value in.
                _reduced.Add((nint)groups[i]);
            }
        }

        foreach (ref ArrayData column in _columns.AsSpan())
        {
            column.Release();
        }

        return passed;
    }

    /// <summary>Drops values that nobody has any more, and finds the next extreme of groups that lost theirs.</summary>
    public void Finish(StateTable groups, StateTable values)
    {
        if (!_isOpen)
        {
            return;
        }

        _isOpen = false;
        _lost.Count = 0;
        for (int i = 0; i < _reduced.Count; i++)
        {
            (*accumulator.CountCell((byte*)_reduced.Pointer[i]))--;
        }

        _reduced.Count = 0;
        for (int t = 0; t < values.TouchedCount; t++)
        {
            byte* row = values.TouchedRows[t];
            bool isNew = (values.TouchedImage(t)[4] & RowStore.Dead) != 0;
            bool isGone = *(long*)(row + set.Count) <= 0;
            byte* group = groups.Rows.Row((uint)*(long*)(row + set.Group));
            if (isNew && !isGone)
            {
                set.Link(values, row, values.TouchedSlots[t], (long*)(group + head));
            }

            if (isGone)
            {
                if (!isNew)
                {
                    set.Unlink(values, row, (long*)(group + head));
                }

                if (accumulator.Holds(group, row + set.Value))
                {
                    _lost.Add((nint)group);
                }

                values.Delete(row, values.TouchedSlots[t], values.TouchedHashes[t]);
            }
        }

        for (int i = 0; i < _lost.Count; i++)
        {
            FindExtreme((byte*)_lost.Pointer[i], groups, values);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _encoder.Dispose();
        _signs.Dispose();
        _lost.Dispose();
        _reduced.Dispose();
    }

    private void FindExtreme(byte* group, StateTable groups, StateTable values)
    {
        long* count = accumulator.CountCell(group);
        long rows = *count;
        *count = 0;
        for (long slot = *(long*)(group + head); slot != 0;)
        {
            byte* row = values.Rows.Row((uint)slot);
            accumulator.Offer(group, row + set.Value, groups.Heap);
            slot = *(long*)(row + set.Next);
        }

        *count = rows;
    }

    /// <summary>Hashes and encodes (keys, arguments) of the picked rows.</summary>
    private void Gather(ReadOnlySpan<ArrayData> keys, ReadOnlySpan<ArrayData> arguments, int picked)
    {
        ReadOnlySpan<int> rows = _picked.AsSpan(0, picked);
        for (int i = 0; i < keys.Length; i++)
        {
            _columns[i] = TakeKernel.Take(keys[i], rows, account);
        }

        for (int i = 0; i < arguments.Length; i++)
        {
            _columns[keys.Length + i] = TakeKernel.Take(arguments[i], rows, account);
        }

        fixed (ulong* hashes = _hashes)
        {
            set.Layout.Hash(_columns, picked, hashes);
        }

        _encoder.Encode(_columns, picked);
    }
}
