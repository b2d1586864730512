using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators.GroupAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.WindowAggregate;

/// <summary>Snapshots one table of all slices under one name: the rows carry their slice, slot 0 says that a slice is gone.</summary>
internal sealed class SliceState : OperatorState, IDisposable
{
    private static readonly Field SliceField = new("slice", DataType.Int64, Nullable: false);
    private readonly SliceStore _store;
    private readonly int _values;
    private readonly TableSnapshot _snapshot;
    private readonly StateLayout _layout;
    private readonly StatePool _pages;
    private readonly BufferAllocator _account;
    private readonly Queue<(long Slice, StateTable Table)> _queue = new();
    private List<long> _dropped = [];
    private List<long> _frozenDropped = [];
    private bool _isRestored;
    private bool _mustBeFull;
    private bool _isPart;

    /// <summary>Names table <paramref name="values"/> of each slice; -1 for the groups.</summary>
    public SliceState(
        string name, SliceStore store, int values, StateLayout layout, StatePool pages, BufferAllocator account, int keyGroups)
    {
        Name = name;
        _store = store;
        _values = values;
        _layout = layout;
        _pages = pages;
        _account = account;
        _snapshot = new TableSnapshot(layout, account, keyGroups, SliceField);
        store.OnDrop.Add(slice => _dropped.Add(slice));
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override ValueList<StateColumn> Columns => _layout.Describe(isIndexed: true, SliceField);

    /// <inheritdoc/>
    public override bool IsOptional => _values >= 0;

    /// <inheritdoc/>
    public override bool MustBeFull => _mustBeFull;

    /// <inheritdoc/>
    public override long RowCount
    {
        get
        {
            long rows = 0;
            foreach (GroupTables tables in _store.Slices.Values)
            {
                rows += TableOf(tables).Count;
            }

            return rows;
        }
    }

    /// <inheritdoc/>
    public override long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (GroupTables tables in _store.Slices.Values)
            {
                bytes += TableOf(tables).Bytes;
            }

            return bytes;
        }
    }

    /// <inheritdoc/>
    public override long SpilledBytes
    {
        get
        {
            long bytes = 0;
            foreach (GroupTables tables in _store.Slices.Values)
            {
                bytes += TableOf(tables).SpilledBytes;
            }

            return bytes;
        }
    }

    /// <inheritdoc/>
    public override void BeginSnapshot(bool full)
    {
        if (_mustBeFull && !full)
        {
            throw new InvariantException(9001, $"Snapshot must be full after a rescale: {Name}.");
        }

        (_frozenDropped, _dropped) = (_dropped, _frozenDropped);
        _dropped.Clear();
        if (full)
        {
            _frozenDropped.Clear();
        }

        foreach ((long slice, GroupTables tables) in _store.Slices)
        {
            StateTable table = TableOf(tables);
            table.EnsureOpen();
            table.Rows.BeginSnapshot(full);
            _queue.Enqueue((slice, table));
        }
    }

    /// <inheritdoc/>
    public override bool Gather(int maxRows, Action<RecordBatch> write)
    {
        if (_frozenDropped.Count > 0)
        {
            WriteDropped(write);
            _frozenDropped.Clear();
            _isPart = true;
        }

        if (_queue.TryPeek(out (long Slice, StateTable Table) next) && !_snapshot.Gather(next.Table, maxRows, next.Slice, write))
        {
            _queue.Dequeue();
            _store.Sweep();
            _isPart = true;
        }

        _mustBeFull &= _queue.Count > 0;
        _isPart &= _queue.Count > 0;
        return _queue.Count > 0;
    }

    /// <inheritdoc/>
    public override void AbortSnapshot()
    {
        _dropped.AddRange(_frozenDropped);
        _frozenDropped.Clear();
        foreach ((long _, StateTable table) in _queue)
        {
            table.Rows.AbortSnapshot();
        }

        _queue.Clear();
        _store.Sweep();

        // Slices that were gathered to their ends take their rows for written.
        _mustBeFull |= _isPart;
        _isPart = false;
    }

    /// <inheritdoc/>
    public override void Restore(StateSnapshotReader snapshots, KeyGroupRange keyGroups)
    {
        Restores++;
        var tables = new Dictionary<long, StateTable>();
        bool complete = true;
        foreach (RecordBatch batch in snapshots.ReadBatches())
        {
            try
            {
                complete &= Load(batch, tables, keyGroups);
            }
            finally
            {
                batch.Release();
            }
        }

        foreach ((long slice, StateTable table) in tables)
        {
            _snapshot.FinishPlacing(table, complete);
            if (_isRestored)
            {
                _snapshot.Move(table, TableOf(_store.Get(slice)));
                table.Dispose();
            }
        }

        _mustBeFull |= _isRestored || !complete;
        _isRestored = true;
    }

    /// <inheritdoc/>
    public void Dispose() => _snapshot.Dispose();

    private bool Load(RecordBatch batch, Dictionary<long, StateTable> tables, KeyGroupRange keyGroups)
    {
        ReadOnlySpan<uint> slots = ((FixedWidthArray)batch.Columns[0]).Values<uint>();
        ReadOnlySpan<long> slices = ((FixedWidthArray)batch.Columns[3]).Values<long>();
        bool complete = true;
        for (int i = 0; i < batch.Length;)
        {
            int end = i + 1;
            while (end < batch.Length && slices[end] == slices[i] && slots[i] != 0 && slots[end] != 0)
            {
                end++;
            }

            if (slots[i] == 0)
            {
                Forget(slices[i], tables);
            }
            else
            {
                if (!tables.TryGetValue(slices[i], out StateTable? table))
                {
                    table = _isRestored ? new StateTable(_layout, _pages, _account) : TableOf(_store.Get(slices[i]));
                    tables.Add(slices[i], table);
                }

                complete &= _snapshot.Place(table, batch, i, end - i, keyGroups);
            }

            i = end;
        }

        return complete;
    }

    private void Forget(long slice, Dictionary<long, StateTable> tables)
    {
        if (tables.Remove(slice, out StateTable? table))
        {
            table.Clear();
        }
    }

    private StateTable TableOf(GroupTables tables) => _values < 0 ? tables.Groups : tables.Values[_values]!;

    private void WriteDropped(Action<RecordBatch> write)
    {
        RecordBatch batch = _snapshot.BuildGone([.. _frozenDropped]);
        try
        {
            write(batch);
        }
        finally
        {
            batch.Release();
        }
    }
}
