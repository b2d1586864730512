using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Engine.State;

/// <summary>Holds whole rows of an input that are found by chains of their key; equal rows stand side by side.</summary>
/// <remarks>
/// <code>
/// row   header | key columns, then all others, as words | cells | ChainLink
/// </code>
/// The key columns come first since they decide the key group. Links follow from the rows: <see cref="KeyChains"/> makes them anew
/// after a restore. Nothing is indexed here, so that a row costs its copy and no search.
/// </remarks>
internal sealed unsafe class ChainedRows : IDisposable
{
    private readonly BufferAllocator _account;
    private readonly KeyEncoder _encoder;
    private readonly int[] _columns;
    private readonly int[] _positions;
    private readonly ArrayData[] _ordered;

    /// <summary>Makes an empty state for rows of <paramref name="schema"/>.</summary>
    /// <param name="name">The name in checkpoints.</param>
    /// <param name="schema">The columns of a row.</param>
    /// <param name="keys">Those that are the key.</param>
    /// <param name="cells">What is known of a row beside its columns.</param>
    /// <param name="context">Memory and key groups.</param>
    /// <param name="ttl">When rows expire, or null; the owner takes them out of their chains.</param>
    public ChainedRows(
        string name,
        Schema schema,
        ValueList<int> keys,
        ValueList<StateCell> cells,
        Operators.OperatorContext context,
        StateTtl? ttl = null)
    {
        _account = context.Allocator;
        var columns = new List<int>(keys);
        _positions = new int[schema.Fields.Count];
        for (int i = 0; i < _positions.Length; i++)
        {
            int position = columns.IndexOf(i);
            if (position < 0)
            {
                position = columns.Count;
                columns.Add(i);
            }

            _positions[i] = position;
        }

        _columns = [.. columns];
        _ordered = new ArrayData[_columns.Length];
        var fields = new Field[_columns.Length];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = schema.Fields[_columns[i]];
        }

        var layout = new StateLayout(
            ValueList.Create<Field>(fields), cells, keys.Count, hasTime: ttl is not null, linkBytes: ChainLink.Bytes);
        State = new KeyedState(name, layout, context.Pages, _account, context.KeyGroups, ttl, isIndexed: false);
        _encoder = new KeyEncoder(layout, _account);
        LinkOffset = layout.LinkOffset;
    }

    /// <summary>Gets the rows as checkpoints hold them.</summary>
    public KeyedState State { get; }

    /// <summary>Gets the rows.</summary>
    public StateTable Table => State.Table;

    /// <summary>Gets where the link stands in a row.</summary>
    public int LinkOffset { get; }

    /// <summary>Gets or sets where the number stands that chains are ordered by, or −1 for the order of arrival.</summary>
    public int OrderOffset { get; set; } = -1;

    /// <summary>Returns where column <paramref name="column"/> begins in a row.</summary>
    public int OffsetOf(int column) => Table.Layout.KeyOffsets[_positions[column]];

    /// <summary>Returns where cell <paramref name="cell"/> begins in a row.</summary>
    public int CellOffset(int cell) => Table.Layout.CellOffsets[cell];

    /// <summary>Returns the link of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ChainLink* Link(byte* row) => (ChainLink*)(row + LinkOffset);

    /// <summary>Returns the row of a slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Row(uint slot) => Table.Rows.Row(slot);

    /// <summary>Begins a batch: memory of dropped text is given back.</summary>
    public void BeginBatch() => Table.BeginUnlisted();

    /// <summary>Encodes rows that <see cref="Append"/> then adds; good until the batch is released.</summary>
    public void Encode(RecordBatch rows)
    {
        for (int i = 0; i < _ordered.Length; i++)
        {
            _ordered[i] = rows.Columns[_columns[i]];
        }

        _encoder.Encode(_ordered, rows.Length);
        Array.Clear(_ordered);
    }

    /// <summary>Adds encoded row <paramref name="index"/>, in no chain yet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public byte* Append(int index, out uint slot)
    {
        byte* row = Table.FindOrCreate(
            _encoder.Words + ((long)index * Table.Layout.KeyWords), _encoder.Nulls + index, 0, out slot);
        Link(row)->Slot = slot;
        return row;
    }

    /// <summary>Notes that a row's cells are about to change.</summary>
    public void Touch(byte* row) => Table.Rows.Touch(row, Link(row)->Slot);

    /// <summary>Makes column <paramref name="column"/> of rows.</summary>
    public ArrayData Column(int column, byte** rows, int count)
    {
        StateLayout layout = Table.Layout;
        int position = _positions[column];
        return RowColumns.Key(layout, position, layout.Keys[position].Type, rows, count, _account);
    }

    /// <summary>Fills a row whose columns are all NULL into memory of <see cref="StateLayout.Stride"/> bytes.</summary>
    public void FillNulls(byte* row)
    {
        StateLayout layout = Table.Layout;
        new Span<byte>(row, layout.Stride).Clear();
        *(ushort*)(row + 6) = ushort.MaxValue;
        for (int i = 0; i < layout.NullWords; i++)
        {
            ((ulong*)(row + StateLayout.HeaderBytes))[i] = ulong.MaxValue;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        State.Dispose();
        _encoder.Dispose();
    }
}
