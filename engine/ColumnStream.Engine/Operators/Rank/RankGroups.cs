using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Rank;

/// <summary>Finds the tree of each partition; made anew out of the rows after a restore, so no checkpoint holds it.</summary>
/// <remarks>
/// <code>
/// group   partition | root of its tree | largest word that is kept, all ones while all are | low | snapshot | hash | list
/// low       the first position that this batch touched, 0 for none
/// snapshot  where the rows behind it, as they were, are listed
/// </code>
/// </remarks>
internal sealed unsafe class RankGroups : IDisposable
{
    private readonly RankRows _rows;
    private readonly BufferAllocator _allocator;
    private readonly KeyEncoder _keys;
    private readonly NativeList<ulong> _hashes;
    private readonly NativeList<nint> _found;
    private readonly NativeList<uint> _slots;

    /// <summary>Prepares for the rows' partitions.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="listLength">Number of rows that a list inside a group has, or 0 for trees; then the root is their count.</param>
    /// <param name="context">Pages and account.</param>
    /// <param name="ttl">When groups that get no rows are forgotten, or null.</param>
    public RankGroups(RankRows rows, int listLength, OperatorContext context, StateTtl? ttl)
    {
        ListLength = listLength;
        _rows = rows;
        _allocator = context.Allocator;
        var keys = new Field[rows.Columns.PartitionCount];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = rows.Layout.Keys[i];
        }

        string[] names = ["root", "worst", "low", "snapshot", "hash"];
        var cells = new StateCell[names.Length + listLength + ((listLength + 1) / 2)];
        for (int i = 0; i < cells.Length; i++)
        {
            cells[i] = new StateCell(i < names.Length ? names[i] : $"list{i - names.Length}", CellType.Int64);
        }

        var layout = new StateLayout(
            ValueList.Create<Field>(keys), ValueList.Create<StateCell>(cells), hasTime: ttl is not null);
        Table = new StateTable(layout, context.Pages, context.Allocator) { Ttl = ttl };
        _keys = new KeyEncoder(Table.Layout, context.Allocator);
        _hashes = new NativeList<ulong>(context.Allocator);
        _found = new NativeList<nint>(context.Allocator);
        _slots = new NativeList<uint>(context.Allocator);
        int[] offsets = Table.Layout.CellOffsets;
        (RootOffset, WorstOffset, LowOffset, SnapshotOffset) = (offsets[0], offsets[1], offsets[2], offsets[3]);
        HashOffset = offsets[4];
        ListOffset = listLength > 0 ? offsets[5] : 0;
    }

    /// <summary>Gets the groups.</summary>
    public StateTable Table { get; }

    /// <summary>Gets the group of each row that <see cref="Find"/> looked for.</summary>
    public byte** Found => (byte**)_found.Pointer;

    /// <summary>Gets the slots of <see cref="Found"/>.</summary>
    public uint* Slots => _slots.Pointer;

    /// <summary>Gets the hashes of the partitions, which say the rows' key groups.</summary>
    public ulong* Hashes => _hashes.Pointer;

    /// <summary>Gets where the root stands.</summary>
    public int RootOffset { get; }

    /// <summary>Gets where the largest kept word stands.</summary>
    public int WorstOffset { get; }

    /// <summary>Gets where the first touched position stands.</summary>
    public int LowOffset { get; }

    /// <summary>Gets where the listed rows are named.</summary>
    public int SnapshotOffset { get; }

    /// <summary>Gets the number of rows that a list inside the group has, or 0 where a tree keeps them.</summary>
    public int ListLength { get; }

    /// <summary>Gets where the list begins.</summary>
    public int ListOffset { get; }

    /// <summary>Gets where the hash of the partition stands.</summary>
    public int HashOffset { get; }

    /// <summary>Returns a group's root.</summary>
    public ref uint Root(byte* group) => ref *(uint*)(group + RootOffset);

    /// <summary>Finds or creates the groups of a batch.</summary>
    public void Find(ReadOnlySpan<ArrayData> partition, int length)
    {
        ulong* hashes = _hashes.Reserve(Math.Max(1, length));
        byte** found = (byte**)_found.Reserve(Math.Max(1, length));
        uint* slots = _slots.Reserve(Math.Max(1, length));
        Table.Layout.Hash(partition, length, hashes);
        _keys.Encode(partition, length);
        for (int at = 0; at < length; at += StateTable.BlockRows)
        {
            int count = Math.Min(StateTable.BlockRows, length - at);
            Table.FindOrCreate(_keys, hashes, at, count, found + at, slots + at);
        }
    }

    /// <summary>Notes that the groups of a batch, which were found before, have got rows now.</summary>
    public void Renew(int length)
    {
        for (int i = 0; i < length; i++)
        {
            Table.Rows.Touch(Found[i], Slots[i]);
        }
    }

    /// <summary>Drops a group without rows.</summary>
    public void Drop(byte* group, uint slot, ulong hash) => Table.Delete(group, slot, hash);

    /// <summary>Calls back for all live rows with their groups found, a block at a time, in slot order.</summary>
    public void Rebuild(Action<int, nint, nint> block)
    {
        Table.Clear();
        StateTable table = _rows.Table;
        var columns = new ArrayData[_rows.Columns.PartitionCount];
        byte** rows = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        uint next = 1;
        for (int count = table.NextLive(ref next, rows, slots); count > 0; count = table.NextLive(ref next, rows, slots))
        {
            for (int i = 0; i < columns.Length; i++)
            {
                columns[i] = RowColumns.Key(_rows.Layout, i, _rows.Layout.Keys[i].Type, rows, count, _allocator);
            }

            Find(columns, count);
            foreach (ArrayData column in columns)
            {
                column.Release();
            }

            block(count, (nint)rows, (nint)slots);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Table.Dispose();
        _keys.Dispose();
        _hashes.Dispose();
        _found.Dispose();
        _slots.Dispose();
    }
}
