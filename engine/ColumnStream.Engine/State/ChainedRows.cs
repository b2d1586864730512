using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Engine.State;

/// <summary>Holds whole rows of an input that are found by chains of their key; equal rows stand side by side.</summary>
/// <remarks>
/// <code>
/// row   header | key columns, then all others, as words | cells | ChainLink
/// </code>
/// The key columns come first since they decide the key group. Links follow from the rows: <see cref="KeyChains"/> makes them anew
/// after a restore. Nothing is indexed here, so that a row costs its copy and no search.
/// </remarks>
internal sealed unsafe class ChainedRows : OperatorState, IDisposable
{
    private readonly StatePool _pool;
    private readonly BufferAllocator _account;
    private readonly TableSnapshot _snapshot;
    private readonly KeyEncoder _encoder;
    private readonly int[] _columns;
    private readonly int[] _positions;
    private readonly ArrayData[] _ordered;
    private bool _isRestored;
    private bool _mustBeFull;

    /// <summary>Makes an empty state for rows of <paramref name="schema"/>.</summary>
    /// <param name="name">The name in checkpoints.</param>
    /// <param name="schema">The columns of a row.</param>
    /// <param name="keys">Those that are the key.</param>
    /// <param name="cells">What is known of a row beside its columns.</param>
    /// <param name="context">Memory and key groups.</param>
    public ChainedRows(
        string name, Schema schema, ValueList<int> keys, ValueList<StateCell> cells, Operators.OperatorContext context)
    {
        Name = name;
        _pool = context.Pages;
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

        var layout = new StateLayout(ValueList.Create<Field>(fields), cells, keys.Count, linkBytes: ChainLink.Bytes);
        Table = new StateTable(layout, _pool, _account) { IsIndexed = false };
        _snapshot = new TableSnapshot(layout, _account, context.KeyGroups);
        _encoder = new KeyEncoder(layout, _account);
        LinkOffset = layout.LinkOffset;
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <summary>Gets the rows.</summary>
    public StateTable Table { get; }

    /// <summary>Gets where the link stands in a row.</summary>
    public int LinkOffset { get; }

    /// <summary>Gets or sets where the number stands that chains are ordered by, or −1 for the order of arrival.</summary>
    public int OrderOffset { get; set; } = -1;

    /// <summary>Gets the number of restores so far.</summary>
    public int Restores { get; private set; }

    /// <inheritdoc/>
    public override long RowCount => Table.Count;

    /// <inheritdoc/>
    public override long Bytes => Table.Bytes;

    /// <inheritdoc/>
    public override bool MustBeFull => _mustBeFull;

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
    public override void BeginSnapshot(bool full)
    {
        if (_mustBeFull && !full)
        {
            throw new InvariantException(9003, $"Snapshot must be full after a rescale: {Name}.");
        }

        Table.EnsureOpen();
        Table.Rows.BeginSnapshot(full);
    }

    /// <inheritdoc/>
    public override bool Gather(int maxRows, Action<RecordBatch> write)
    {
        bool more = _snapshot.Gather(Table, maxRows, 0, write);
        _mustBeFull &= more;
        return more;
    }

    /// <inheritdoc/>
    public override void AbortSnapshot() => Table.Rows.AbortSnapshot();

    /// <inheritdoc/>
    public override void Restore(StateSnapshotReader snapshots, KeyGroupRange keyGroups)
    {
        Restores++;
        if (!_isRestored)
        {
            _isRestored = true;
            _mustBeFull |= !Load(Table, snapshots, keyGroups);
            return;
        }

        // A second former subtask has slots of its own: its rows are placed aside and added.
        _mustBeFull = true;
        using var aside = new StateTable(Table.Layout, _pool, _account) { IsIndexed = false };
        Load(aside, snapshots, keyGroups);
        _snapshot.Move(aside, Table);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Table.Dispose();
        _snapshot.Dispose();
        _encoder.Dispose();
    }

    private bool Load(StateTable table, StateSnapshotReader snapshots, KeyGroupRange keyGroups)
    {
        bool complete = true;
        foreach (RecordBatch batch in snapshots.ReadBatches())
        {
            try
            {
                complete &= _snapshot.Place(table, batch, 0, batch.Length, keyGroups);
            }
            finally
            {
                batch.Release();
            }
        }

        _snapshot.FinishPlacing(table, complete);
        return complete;
    }
}
