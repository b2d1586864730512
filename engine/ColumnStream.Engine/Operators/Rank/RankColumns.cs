using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Rank;

/// <summary>Puts the columns of an input in the order in which kept rows have them: partition, order, all others.</summary>
/// <remarks>Partition and order are the head: what decides whether the rest of a row is stored at all.</remarks>
internal sealed class RankColumns
{
    private const int MostHeadColumns = 15;
    private readonly int[] _order;
    private readonly int[] _place;
    private readonly Schema _input;

    /// <summary>Arranges the columns of a schema.</summary>
    public RankColumns(ValueList<int> partition, ValueList<SortKey> order, Schema input)
    {
        _input = input;
        var columns = new List<int>();
        foreach (int column in partition)
        {
            Add(columns, column);
        }

        PartitionCount = columns.Count;
        foreach (SortKey key in order)
        {
            Add(columns, key.Column);
        }

        HeadCount = columns.Count;
        if (HeadCount > MostHeadColumns)
        {
            throw new UserException(6010, $"PARTITION BY and ORDER BY have too many columns: {HeadCount}.");
        }

        for (int c = 0; c < input.Fields.Count; c++)
        {
            Add(columns, c);
        }

        _order = [.. columns];
        _place = new int[_order.Length];
        var fields = new Field[_order.Length];
        for (int i = 0; i < _order.Length; i++)
        {
            _place[_order[i]] = i;
            fields[i] = input.Fields[_order[i]];
        }

        Fields = ValueList.Create<Field>(fields);
        Head = new StateLayout(ValueList.Create<Field>(fields.AsSpan(0, HeadCount)), default, PartitionCount);
        SortKeys = new SortKey[order.Count];
        for (int i = 0; i < SortKeys.Length; i++)
        {
            SortKeys[i] = order[i] with { Column = _place[order[i].Column] };
        }
    }

    /// <summary>Gets the number of columns of the partition.</summary>
    public int PartitionCount { get; }

    /// <summary>Gets the number of columns of partition and order.</summary>
    public int HeadCount { get; }

    /// <summary>Gets the columns as rows have them.</summary>
    public ValueList<Field> Fields { get; }

    /// <summary>Gets the layout of the head alone.</summary>
    public StateLayout Head { get; }

    /// <summary>Gets the order over the columns as rows have them.</summary>
    public SortKey[] SortKeys { get; }

    /// <summary>Returns the place of an input column in a row.</summary>
    public int PlaceOf(int column) => _place[column];

    /// <summary>Returns the columns of a batch as rows have them; borrowed.</summary>
    public ArrayData[] Arrange(ReadOnlySpan<ArrayData> input)
    {
        var columns = new ArrayData[_order.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = input[_order[i]];
        }

        return columns;
    }

    /// <summary>Gathers the input's columns out of rows.</summary>
    public unsafe void Gather(StateLayout layout, byte** rows, int count, Span<ArrayData> target, BufferAllocator allocator)
    {
        for (int c = 0; c < _place.Length; c++)
        {
            target[c] = RowColumns.Key(layout, _place[c], _input.Fields[c].Type, rows, count, allocator);
        }
    }

    private static void Add(List<int> columns, int column)
    {
        if (!columns.Contains(column))
        {
            columns.Add(column);
        }
    }
}
