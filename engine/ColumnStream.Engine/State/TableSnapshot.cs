using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Kernels.Hash;

namespace ColumnStream.Engine.State;

/// <summary>Turns gathered rows into checkpoint batches, and checkpoint batches into rows placed by slot.</summary>
internal sealed unsafe class TableSnapshot : IDisposable
{
    private const int PlacedRows = 256;
    private readonly StateLayout _layout;
    private readonly BufferAllocator _account;
    private readonly int _keyGroups;
    private readonly Schema _schema;
    private readonly int _extra;
    private readonly NativeList<nint> _rows;
    private readonly NativeList<uint> _slots;
    private readonly NativeList<nint> _live;
    private readonly NativeList<ulong> _hashes;
    private readonly NativeList<ulong> _nothing;
    private readonly KeyEncoder _encoder;

    /// <summary>Prepares for tables of one layout; <paramref name="extra"/> are int64 columns that name the table.</summary>
    public TableSnapshot(StateLayout layout, BufferAllocator account, int keyGroups, params ReadOnlySpan<Field> extra)
    {
        _layout = layout;
        _account = account;
        _keyGroups = keyGroups;
        _schema = layout.SnapshotSchema(extra);
        _extra = extra.Length;
        _rows = new NativeList<nint>(account);
        _slots = new NativeList<uint>(account);
        _live = new NativeList<nint>(account);
        _hashes = new NativeList<ulong>(account);
        _nothing = new NativeList<ulong>(account);
        _encoder = new KeyEncoder(layout, account);
    }

    /// <summary>Gathers the next rows of <paramref name="table"/> and writes them; returns whether more follow.</summary>
    /// <param name="table">A table with a snapshot under way; it is ended behind its last rows.</param>
    /// <param name="maxRows">About how many rows.</param>
    /// <param name="name">Value of the extra column, if there is one.</param>
    /// <param name="write">Receives the batch, borrowed.</param>
    public bool Gather(StateTable table, int maxRows, long name, Action<RecordBatch> write)
    {
        bool more = table.Rows.Gather(maxRows, _rows, _slots);
        if (_rows.Count > 0)
        {
            RecordBatch batch = Build([name]);
            try
            {
                write(batch);
            }
            finally
            {
                batch.Release();
            }
        }

        if (!more)
        {
            table.Rows.EndSnapshot();
        }

        return more;
    }

    /// <summary>Makes a batch of slot 0, not alive, for each name: the tables under them are gone. The caller releases it.</summary>
    public RecordBatch BuildGone(ReadOnlySpan<long> names)
    {
        _rows.Count = 0;
        _slots.Count = 0;
        byte* nothing = Nothing();
        nothing[4] = RowStore.Dead;
        for (int i = 0; i < names.Length; i++)
        {
            _rows.Add((nint)nothing);
            _slots.Add(0);
        }

        return Build(names);
    }

    /// <summary>Places rows [first, first + count) of a checkpoint batch; later calls override earlier ones by slot.</summary>
    /// <returns>Whether all live rows were in the range.</returns>
    public bool Place(StateTable table, RecordBatch batch, int first, int count, KeyGroupRange range)
    {
        table.EnsureOpen();
        ReadOnlySpan<ArrayData> columns = batch.Columns;
        var slots = (uint*)((FixedWidthArray)columns[0]).Pointer;
        var live = (BooleanArray)columns[1];
        var groups = (ushort*)((FixedWidthArray)columns[2]).Pointer;
        _encoder.Encode(columns.Slice(3 + _extra, _layout.Keys.Count), batch.Length);
        ReadOnlySpan<ArrayData> cells = columns[(3 + _extra + _layout.Keys.Count)..];
        bool complete = true;
        byte** rows = stackalloc byte*[PlacedRows];
        int most = Math.Min(PlacedRows, table.RowsOfStep);
        for (int start = first; start < first + count; start += most)
        {
            table.Trim();
            int tile = Math.Min(most, first + count - start);
            for (int i = 0; i < tile; i++)
            {
                byte* row = table.Rows.Place(slots[start + i]);
                bool wasLive = *(uint*)row != 0 && (row[4] & RowStore.Dead) == 0;
                if (wasLive)
                {
                    table.FreeText(row);
                }

                bool isLive = live.GetValue(start + i);
                bool mine = isLive && range.Contains(groups[start + i]);
                complete &= mine || !isLive;
                new Span<byte>(row, _layout.Stride).Clear();
                *(uint*)row = 1;
                row[4] = mine ? (byte)0 : RowStore.Dead;
                rows[i] = mine ? row : null;
                if (mine)
                {
                    StoreKey(table, row, start + i);
                    if (_layout.TimeOffset != 0)
                    {
                        // A checkpoint of the time before rows expired: they age from now on.
                        *(long*)(row + _layout.TimeOffset) = table.Rows.NowMs;
                    }
                }
            }

            for (int f = 0; f < Math.Min(cells.Length, _layout.FileCells.Length); f++)
            {
                StoreCells(table, rows, tile, cells[f], start, _layout.FileCells[f]);
            }
        }

        return complete;
    }

    /// <summary>Indexes all placed rows.</summary>
    public void FinishPlacing(StateTable table, bool isClean)
    {
        table.EnsureOpen();
        table.Rows.FinishPlacing(isClean);
        table.OpenIndex();
        uint next = 1;
        while (table.IsIndexed && CollectLive(table, ref next))
        {
            ulong* hashes = HashRows((byte**)_rows.Pointer, _rows.Count);
            table.Reindex(_slots.Pointer, hashes, _rows.Count);
            table.Trim();
        }
    }

    /// <summary>Adds the live rows of <paramref name="source"/>, whose keys <paramref name="target"/> does not have.</summary>
    public void Move(StateTable source, StateTable target)
    {
        uint next = 1;
        target.EnsureOpen();
        while (CollectLive(source, ref next))
        {
            ulong* hashes = HashRows((byte**)_rows.Pointer, _rows.Count);
            for (int i = 0; i < _rows.Count; i++)
            {
                byte* from = (byte*)_rows.Pointer[i];
                byte* to = target.FindOrCreate((ulong*)(from + 8), (ushort*)(from + 6), hashes[i], out _);
                int cells = StateLayout.HeaderBytes + (_layout.KeyWords * 8);
                Buffer.MemoryCopy(from + cells, to + cells, _layout.Stride - cells, _layout.Stride - cells);
                for (int c = 0; c < _layout.Cells.Count; c++)
                {
                    StoreText(target, to, c);
                }
            }

            target.Trim();
        }
    }

    /// <summary>Hashes the keys of rows; the result is good until the next call.</summary>
    public ulong* HashRows(byte** rows, int count)
    {
        _hashes.Count = 0;
        ulong* hashes = _hashes.Reserve(Math.Max(1, count));
        var columns = new ArrayData[_layout.Keys.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            DataType type = StateLayout.FileType(_layout.Keys[i].Type);
            columns[i] = RowColumns.Key(_layout, i, type, rows, count, _account);
        }

        _layout.Hash(columns, count, hashes);
        foreach (ArrayData column in columns)
        {
            column.Release();
        }

        return hashes;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows.Dispose();
        _slots.Dispose();
        _live.Dispose();
        _hashes.Dispose();
        _nothing.Dispose();
        _encoder.Dispose();
    }

    private bool CollectLive(StateTable table, ref uint next)
    {
        _rows.Count = 0;
        _slots.Count = 0;
        long most = table.MostReadBytes;
        while (_rows.Count < 2048 && (_rows.Count == 0 || table.ReadBytes < most))
        {
            byte* row = table.NextLive(ref next);
            if (row is null)
            {
                break;
            }

            _rows.Add((nint)row);
            _slots.Add(next - 1);
        }

        return _rows.Count > 0;
    }

    private void StoreKey(StateTable table, byte* row, int index)
    {
        ulong* words = _encoder.Words + ((long)index * _layout.KeyWords);
        for (int w = 0; w < _layout.KeyWords; w++)
        {
            ((ulong*)(row + 8))[w] = words[w];
        }

        *(ushort*)(row + 6) = _encoder.Nulls[index];
        for (ulong longs = _layout.LongKeyWords; longs != 0; longs &= longs - 1)
        {
            int word = System.Numerics.BitOperations.TrailingZeroCount(longs) - 1;
            table.Heap.Store((StringView*)(row + StateLayout.HeaderBytes + (word * 8)));
        }
    }

    /// <summary>Stores one column of a checkpoint into rows, null for those that are others'.</summary>
    private void StoreCells(StateTable table, byte** rows, int count, ArrayData column, int start, int cell)
    {
        int offset = _layout.CellOffsets[cell];
        switch (column)
        {
            case FixedWidthArray { ByteWidth: 16 } a:
                Int128* wide = (Int128*)a.Pointer + start;
                for (int i = 0; i < count; i++)
                {
                    if (rows[i] is not null)
                    {
                        *(Int128*)(rows[i] + offset) = wide[i];
                    }
                }

                break;
            case FixedWidthArray a:
                ulong* words = (ulong*)a.Pointer + start;
                for (int i = 0; i < count; i++)
                {
                    if (rows[i] is not null)
                    {
                        *(ulong*)(rows[i] + offset) = words[i];
                    }
                }

                break;
            case BinaryArray a:
                for (int i = 0; i < count; i++)
                {
                    StoreText(table, rows[i], cell, rows[i] is null ? default : a.GetBytes(start + i));
                }

                break;
            case ViewArray a:
                for (int i = 0; i < count; i++)
                {
                    StoreText(table, rows[i], cell, rows[i] is null ? default : a.GetBytes(start + i));
                }

                break;
        }
    }

    private void StoreText(StateTable table, byte* row, int cell, ReadOnlySpan<byte> text)
    {
        if (row is not null)
        {
            *(StringView*)(row + _layout.CellOffsets[cell]) = KeyEncoder.ViewOf(text);
            StoreText(table, row, cell);
        }
    }

    /// <summary>Gives the bytes that a cell points at to the table's heap, where the cell holds any.</summary>
    private void StoreText(StateTable table, byte* row, int cell)
    {
        var view = (StringView*)(row + _layout.CellOffsets[cell]);
        switch (_layout.Cells[cell].Type)
        {
            case CellType.View:
                table.Heap.Store(view);
                break;
            case CellType.Bytes:
                table.Heap.StoreGrown(view);
                break;
        }
    }

    /// <summary>Makes a batch of the gathered rows; one name serves all of them.</summary>
    private RecordBatch Build(ReadOnlySpan<long> names)
    {
        int count = _rows.Count;
        NativeBuffer slots = _account.Allocate(count * 4L);
        NativeBuffer live = _account.AllocateZeroed(Bitmap.ByteCount(count));
        NativeBuffer groups = _account.Allocate(count * 2L);
        Buffer.MemoryCopy(_slots.Pointer, slots.Pointer, slots.Capacity, count * 4L);
        live.Length = (count + 7) >> 3;

        // Columns of a dead row come from a row of zeros under null: its own key is gone, its hash is not.
        byte* nothing = Nothing();
        _live.Count = 0;
        for (int i = 0; i < count; i++)
        {
            byte* row = (byte*)_rows.Pointer[i];
            bool isLive = (row[4] & RowStore.Dead) == 0;
            live.Pointer[i >> 3] |= (byte)((isLive ? 1 : 0) << (i & 7));
            _live.Add((nint)(isLive ? row : nothing));
        }

        var rows = (byte**)_live.Pointer;
        ulong* hashes = HashRows(rows, count);
        for (int i = 0; i < count; i++)
        {
            byte* row = (byte*)_rows.Pointer[i];
            ulong hash = (row[4] & RowStore.Dead) == 0 ? hashes[i] : *(ulong*)(row + StateLayout.HeaderBytes);
            ((ushort*)groups.Pointer)[i] = (ushort)KeyHash.KeyGroup(hash, _keyGroups);
        }

        var columns = new ArrayData[_schema.Fields.Count];
        int n = 0;
        columns[n++] = new FixedWidthArray(_schema.Fields[0].Type, count, slots, null);
        columns[n++] = new BooleanArray(count, live, null);
        columns[n++] = new FixedWidthArray(_schema.Fields[2].Type, count, groups, null);
        for (int i = 0; i < _extra; i++)
        {
            NativeBuffer named = _account.Allocate(count * 8L);
            for (int row = 0; row < count; row++)
            {
                ((long*)named.Pointer)[row] = names[names.Length == 1 ? 0 : row];
            }

            columns[n++] = new FixedWidthArray(DataType.Int64, count, named, null);
        }

        for (int i = 0; i < _layout.Keys.Count; i++)
        {
            columns[n] = RowColumns.Key(_layout, i, _schema.Fields[n].Type, rows, count, _account);
            n++;
        }

        foreach (int i in _layout.FileCells)
        {
            DataType type = _schema.Fields[n].Type;
            columns[n++] = RowColumns.Values(type, _layout.CellOffsets[i], false, rows, count, null, _account);
        }

        return new RecordBatch(_schema, columns, count);
    }

    private byte* Nothing()
    {
        ulong* zeros = _nothing.Reserve(_layout.Stride / 8);
        new Span<byte>(zeros, _layout.Stride).Clear();
        ((ushort*)zeros)[3] = ushort.MaxValue;
        for (int w = 0; w < _layout.NullWords; w++)
        {
            zeros[1 + w] = ulong.MaxValue;
        }

        return (byte*)zeros;
    }
}
