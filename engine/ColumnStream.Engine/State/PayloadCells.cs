using System;
using System.Collections.Generic;
using System.Numerics;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;

namespace ColumnStream.Engine.State;

/// <summary>Keeps whole columns in the cells of a state row: what goes along with a key and may change.</summary>
/// <remarks>
/// Columns stand in groups of at most 15, each with a cell of null bits before it; inside a group they stand as the words of a
/// key do, so that encoding a batch is one pass. Cells are added to the layout from <c>firstCell</c> on.
/// </remarks>
internal sealed unsafe class PayloadCells : IDisposable
{
    private const int GroupColumns = 15;
    private readonly ValueList<Field> _fields;
    private readonly StateLayout[] _groups;
    private readonly KeyEncoder[] _encoders;
    private readonly int[] _firstCells;
    private readonly int _firstCell;
    private StateLayout _layout = null!;

    /// <summary>Plans cells for columns.</summary>
    /// <param name="fields">The columns.</param>
    /// <param name="cells">Takes the cells, behind what it holds.</param>
    /// <param name="account">Pays for encoded batches.</param>
    public PayloadCells(ValueList<Field> fields, List<StateCell> cells, BufferAllocator account)
    {
        _fields = fields;
        _firstCell = cells.Count;
        int groups = (fields.Count + GroupColumns - 1) / GroupColumns;
        _groups = new StateLayout[groups];
        _encoders = new KeyEncoder[groups];
        _firstCells = new int[groups];
        for (int g = 0; g < groups; g++)
        {
            _firstCells[g] = cells.Count;
            cells.Add(new StateCell($"nulls{g}", CellType.Int64));
            int end = Math.Min(fields.Count, (g + 1) * GroupColumns);
            var members = new Field[end - (g * GroupColumns)];
            for (int i = 0; i < members.Length; i++)
            {
                int column = (g * GroupColumns) + i;
                members[i] = fields[column];
                cells.Add(new StateCell($"value{column}:{fields[column].Name}", TypeOf(fields[column].Type)));
            }

            _groups[g] = new StateLayout(ValueList.Create<Field>(members), default);
            _encoders[g] = new KeyEncoder(_groups[g], account);
        }
    }

    /// <summary>Learns where the cells stand.</summary>
    public void Bind(StateLayout layout) => _layout = layout;

    /// <summary>Encodes the columns of a batch, which is borrowed until the next call.</summary>
    public void Encode(ReadOnlySpan<ArrayData> columns, int length)
    {
        for (int g = 0; g < _groups.Length; g++)
        {
            _encoders[g].Encode(columns.Slice(g * GroupColumns, _groups[g].Keys.Count), length);
        }
    }

    /// <summary>Puts the values of an encoded row into a touched row; long text that stood there is given back.</summary>
    public void Store(StateTable table, byte* row, int index)
    {
        for (int g = 0; g < _groups.Length; g++)
        {
            ulong* target = Words(row, g);
            ulong* source = _encoders[g].Words + ((long)index * _groups[g].KeyWords);
            for (ulong longs = _groups[g].LongKeyWords; longs != 0; longs &= longs - 1)
            {
                table.Heap.Free((StringView*)(target + BitOperations.TrailingZeroCount(longs) - 1));
            }

            for (int w = 0; w < _groups[g].KeyWords; w++)
            {
                target[w] = source[w];
            }

            for (ulong longs = _groups[g].LongKeyWords; longs != 0; longs &= longs - 1)
            {
                table.Heap.Store((StringView*)(target + BitOperations.TrailingZeroCount(longs) - 1));
            }

            target[-1] = _encoders[g].Nulls[index];
        }
    }

    /// <summary>Tells whether two rows hold the same values.</summary>
    public bool Same(byte* left, byte* right)
    {
        for (int g = 0; g < _groups.Length; g++)
        {
            if (!Same(Words(left, g), Words(right, g), _groups[g]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Makes a column of rows.</summary>
    public ArrayData Column(int column, byte** rows, int count, BufferAllocator allocator)
    {
        DataType type = _fields[column].Type;
        if (type.Id == TypeId.Null)
        {
            return new NullArray(count);
        }

        int bit = column % GroupColumns;
        int nulls = _layout.CellOffsets[_firstCells[column / GroupColumns]] + (bit >> 3);
        int cell = _firstCell + column + (column / GroupColumns) + 1;
        return RowColumns.Values(
            type, _layout.CellOffsets[cell], widen: false, rows, count,
            RowColumns.Validity(rows, count, nulls, 1 << (bit & 7), allocator), allocator);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (KeyEncoder encoder in _encoders)
        {
            encoder.Dispose();
        }
    }

    private static bool Same(ulong* left, ulong* right, StateLayout group)
    {
        if (left[-1] != right[-1])
        {
            return false;
        }

        for (int w = 0; w < group.KeyWords; w++)
        {
            if (left[w] != right[w] && ((group.LongKeyWords >> w & 1) == 0 || !SameText(left + w - 1, right + w - 1)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool SameText(ulong* left, ulong* right) =>
        RowColumns.BytesOf((StringView*)left).SequenceEqual(RowColumns.BytesOf((StringView*)right));

    private static CellType TypeOf(DataType type) => type.Id switch
    {
        TypeId.Utf8View or TypeId.BinaryView => CellType.View,
        TypeId.Decimal128 => CellType.Int128,
        _ => CellType.Int64,
    };

    /// <summary>Returns the words of a group; its null bits stand before them.</summary>
    private ulong* Words(byte* row, int group) => (ulong*)(row + _layout.CellOffsets[_firstCells[group]] + 8);
}
