using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;

namespace ColumnStream.Engine.State;

/// <summary>Keeps rows that came in batches and never change as state rows, whose pages and long text go to disk a unit at a time.</summary>
/// <remarks>
/// <code>
/// row      header | a word of null bits for 64 columns | values as they are in their columns, text as views | link u32
/// number   1, 2, 3 … in the order of adding; slots of pages whose rows are no power of two leave holes
/// </code>
/// A row that is asked for alone costs one unit, whatever its columns; in columns it would cost one each. No snapshot sees them.
/// </remarks>
internal sealed unsafe class ColdRows : IDisposable
{
    private readonly Schema _schema;
    private readonly BufferAllocator _account;
    private readonly StateLayout _layout;
    private readonly int[] _offsets;
    private long _count;

    /// <summary>Makes an empty table for rows of <paramref name="schema"/>.</summary>
    public ColdRows(Schema schema, StatePool pages, BufferAllocator account)
    {
        _schema = schema;
        _account = account;
        _layout = LayoutOf(schema, out int[] cells);
        _offsets = new int[cells.Length];
        for (int i = 0; i < cells.Length; i++)
        {
            _offsets[i] = cells[i] < 0 ? -1 : _layout.CellOffsets[cells[i]];
        }

        Table = new StateTable(_layout, pages, account) { IsIndexed = false };
        Table.Rows.IsTransient = true;
    }

    /// <summary>Gets the rows; who looks for what takes memory finds it here.</summary>
    public StateTable Table { get; }

    /// <summary>Gets the bytes of a row without its long text.</summary>
    public int RowBytes => _layout.Stride;

    /// <summary>Tells whether rows of a schema are narrow enough for a page of rows.</summary>
    public static bool Fits(Schema schema)
    {
        long bytes = StateLayout.HeaderBytes + ((schema.Fields.Count + 63) / 64 * 8) + sizeof(uint);
        foreach (Field field in schema.Fields)
        {
            bytes += field.Type.IsView ? 16 : Math.Max(8, (field.Type.ByteWidth + 7) & ~7);
        }

        return bytes <= (StatePool.PageBytes / 2) - 64;
    }

    /// <summary>Adds at most a block of rows, whose columns are borrowed, with their links; returns the number of the first.</summary>
    public long Append(ReadOnlySpan<ArrayData> columns, int count, uint* links)
    {
        byte** rows = stackalloc byte*[StateTable.BlockRows];
        for (int i = 0; i < count; i++)
        {
            rows[i] = Table.AppendEmpty(out _);
            *Link(rows[i]) = links[i];
        }

        for (int c = 0; c < columns.Length; c++)
        {
            if (_offsets[c] >= 0)
            {
                Store(columns[c], c, rows, count);
            }
        }

        long first = _count + 1;
        _count += count;
        return first;
    }

    /// <summary>Returns a row, which is brought back where it is on disk; its address is good until the element ends.</summary>
    public byte* Row(long number) =>
        Table.Rows.Row((uint)(((number / _layout.RowsPerPage) << _layout.PageShift) + (number % _layout.RowsPerPage)));

    /// <summary>Returns the link of a row.</summary>
    public uint* Link(byte* row) => (uint*)(row + _layout.LinkOffset);

    /// <summary>Makes column <paramref name="column"/> of rows.</summary>
    public ArrayData Column(int column, byte** rows, int count)
    {
        DataType type = _schema.Fields[column].Type;
        if (_offsets[column] < 0)
        {
            return new NullArray(count);
        }

        int nullByte = NullByte(column);
        NativeBuffer? validity = RowColumns.Validity(rows, count, nullByte, 1 << (column & 7), _account);
        if (type.IsView || type.Id == TypeId.Bool || type.ByteWidth is 1 or 2 or 8 or 16
            || (type.ByteWidth == 4 && type.Id != TypeId.Float32))
        {
            return RowColumns.Values(type, _offsets[column], widen: false, rows, count, validity, _account);
        }

        int width = type.ByteWidth;
        NativeBuffer values = _account.Allocate((long)count * width);
        for (int i = 0; i < count; i++)
        {
            Unsafe.CopyBlockUnaligned(values.Pointer + ((long)i * width), rows[i] + _offsets[column], (uint)width);
        }

        return new FixedWidthArray(type, count, values, validity);
    }

    /// <summary>Drops all rows and gives their memory back.</summary>
    public void Clear()
    {
        _count = 0;
        Table.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    private static StateLayout LayoutOf(Schema schema, out int[] cells)
    {
        int nullWords = (schema.Fields.Count + 63) / 64;
        var all = new System.Collections.Generic.List<StateCell>();
        for (int i = 0; i < nullWords; i++)
        {
            all.Add(new StateCell($"nulls{i}", CellType.Int64));
        }

        cells = new int[schema.Fields.Count];
        for (int i = 0; i < cells.Length; i++)
        {
            DataType type = schema.Fields[i].Type;
            cells[i] = type.Id == TypeId.Null ? -1 : all.Count;
            int words = type.Id == TypeId.Null ? 0 : type.IsView ? 1 : Math.Max(1, (type.ByteWidth + 7) / 8);
            for (int w = 0; w < words; w++)
            {
                all.Add(new StateCell($"value{i}.{w}", type.IsView ? CellType.View : CellType.Int64));
            }
        }

        return new StateLayout(default, ValueList.Create<StateCell>([.. all]), linkBytes: sizeof(uint));
    }

    private int NullByte(int column) => _layout.CellOffsets[0] + (column >> 3);

    private void Store(ArrayData column, int number, byte** rows, int count)
    {
        int offset = _offsets[number];
        byte* validity = column.Validity;
        for (int i = 0; i < count && validity is not null; i++)
        {
            int isNull = Bitmap.Get(validity, i) ? 0 : 1;
            rows[i][NullByte(number)] |= (byte)(isNull << (number & 7));
        }

        switch (column)
        {
            case FixedWidthArray a:
                uint width = (uint)a.ByteWidth;
                for (int i = 0; i < count; i++)
                {
                    Unsafe.CopyBlockUnaligned(rows[i] + offset, a.Pointer + (i * width), width);
                }

                break;
            case BooleanArray a:
                for (int i = 0; i < count; i++)
                {
                    rows[i][offset] = a.GetValue(i) ? (byte)1 : (byte)0;
                }

                break;
            case ViewArray a:
                for (int i = 0; i < count; i++)
                {
                    Store(a, i, (StringView*)(rows[i] + offset));
                }

                break;
        }
    }

    private void Store(ViewArray column, int index, StringView* target)
    {
        StringView view = column.IsNull(index) ? default : column.Pointer[index];
        if (!view.IsInline)
        {
            view.High = (ulong)(column.Data[view.BufferIndex].Pointer + view.Offset);
        }

        *target = view;
        Table.Heap.Store(target);
    }
}
