using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.TimeOver;

/// <summary>Knows the values that a DISTINCT call without a lower bound has seen in each partition.</summary>
/// <remarks>
/// <code>
/// value  partition | arguments | seen | next value of the partition
/// </code>
/// The link is made anew after a restore; it lets a partition take its values along when its time is over.
/// </remarks>
internal sealed unsafe class OverDistinct : IDisposable
{
    private readonly OverRows _rows;
    private readonly OperatorContext _context;
    private readonly ValueList<int> _arguments;
    private readonly ValueList<int> _partition;
    private readonly KeyEncoder _encoder;
    private readonly NativeList<ulong> _hashes;
    private readonly int _seen;
    private readonly int _next;
    private readonly int _head;
    private readonly bool _hasTtl;
    private int _restores;

    /// <summary>Lays out the values of call <paramref name="index"/>.</summary>
    public OverDistinct(
        int index, OverCall call, ValueList<int> partition, OverRows rows, OperatorContext context, bool hasTtl)
    {
        _hasTtl = hasTtl;
        _head = rows.Values + (8 * index);
        _rows = rows;
        _context = context;
        _partition = partition;
        _arguments = call.Window.Call.Arguments;
        var keys = new Field[partition.Count + _arguments.Count];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = context.Inputs[0].Fields[i < partition.Count ? partition[i] : _arguments[i - partition.Count]];
        }

        var layout = new StateLayout(
            ValueList.Create<Field>(keys), [new StateCell("seen", CellType.Int64)], partition.Count, linkBytes: 8);
        _seen = layout.CellOffsets[0];
        _next = layout.LinkOffset;
        State = new KeyedState($"distinct{index}", layout, context.Pages, context.Allocator, context.KeyGroups);
        _encoder = new KeyEncoder(layout, context.Allocator);
        _hashes = new NativeList<ulong>(context.Allocator);
    }

    /// <summary>Gets what checkpoints hold.</summary>
    public KeyedState State { get; }

    /// <summary>Begins a batch; returns whether a restore came before it.</summary>
    public bool BeginBatch()
    {
        State.Table.BeginUnlisted();
        if (_restores == State.Restores)
        {
            return false;
        }

        _restores = State.Restores;
        return true;
    }

    /// <summary>Hangs all values on their partitions, which hold no links, after a restore.</summary>
    public void Relink()
    {
        byte** rows = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        byte** partitions = stackalloc byte*[StateTable.BlockRows];
        uint* partitionSlots = stackalloc uint[StateTable.BlockRows];
        uint next = 1;
        int count;
        do
        {
            count = 0;
            while (_hasTtl && count < StateTable.BlockRows && State.Table.NextLive(ref next) is var row && row is not null)
            {
                slots[count] = next - 1;
                rows[count++] = row;
            }

            if (count > 0)
            {
                _rows.Find(State.Table.Layout, rows, count, partitions, partitionSlots, evenExpired: true);
            }

            for (int i = 0; i < count; i++)
            {
                Link(rows[i], slots[i], partitions[i]);
            }
        }
        while (count == StateTable.BlockRows);
    }

    /// <summary>Forgets the values of a partition.</summary>
    public void Forget(byte* partition)
    {
        ref long head = ref OverRows.Cell(partition, _head);
        byte** rows = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        while (head != 0)
        {
            int count = 0;
            for (; head != 0 && count < StateTable.BlockRows; count++)
            {
                slots[count] = (uint)head;
                rows[count] = State.Table.Rows.Row((uint)head);
                head = OverRows.Cell(rows[count], _next);
            }

            State.Table.Delete(rows, slots, count);
        }
    }

    /// <summary>Reads the rows that are due.</summary>
    public void Begin(ReadOnlySpan<ArrayData> columns, int length)
    {
        var keys = new ArrayData[_partition.Count + _arguments.Count];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = columns[i < _partition.Count ? _partition[i] : _arguments[i - _partition.Count]];
        }

        State.Table.Layout.Hash(keys, length, _hashes.Reserve(Math.Max(1, length)));
        _encoder.Encode(keys, length);
    }

    /// <summary>Returns +1 for rows whose value is new to their partition, and 0 for all others.</summary>
    /// <param name="at">The first row.</param>
    /// <param name="count">The rows, at most a block, of partitions of their own.</param>
    /// <param name="due">Names the partitions.</param>
    /// <param name="signs">0 for rows that do not count, or null.</param>
    /// <param name="target">Receives the signs; may be <paramref name="signs"/>.</param>
    public sbyte* Pick(int at, int count, OverDue due, sbyte* signs, sbyte* target)
    {
        byte** rows = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        StateTable table = State.Table;
        for (int i = 0; i < count;)
        {
            // Rows that do not count make no value.
            if (signs is not null && signs[i] == 0)
            {
                target[i++] = 0;
                continue;
            }

            int end = i + 1;
            while (end < count && (signs is null || signs[end] != 0))
            {
                end++;
            }

            table.FindOrCreate(_encoder, _hashes.Pointer, at + i, end - i, rows, slots);
            for (int k = 0; i < end; i++, k++)
            {
                ref long seen = ref *(long*)(rows[k] + _seen);
                target[i] = (sbyte)(seen == 0 ? 1 : 0);
                if (seen == 0)
                {
                    seen = 1;
                    Link(rows[k], slots[k], (byte*)due.Entries[at + i].Partition);
                }
            }
        }

        return target;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        State.Dispose();
        _encoder.Dispose();
        _hashes.Dispose();
    }

    private void Link(byte* row, uint slot, byte* partition)
    {
        if (_hasTtl)
        {
            ref long head = ref OverRows.Cell(partition, _head);
            OverRows.Cell(row, _next) = head;
            head = slot;
        }
    }
}
