using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Engine.State;

/// <summary>Is a state table under a name: snapshots and restores it.</summary>
internal sealed class KeyedState : OperatorState, IDisposable
{
    private readonly StatePool _pool;
    private readonly BufferAllocator _account;
    private readonly TableSnapshot _snapshot;
    private bool _isRestored;
    private bool _mustBeFull;

    /// <summary>Makes an empty table.</summary>
    /// <param name="name">Its name in checkpoints.</param>
    /// <param name="layout">Its rows; with a time where rows expire.</param>
    /// <param name="pool">Gives pages.</param>
    /// <param name="account">Pays for them.</param>
    /// <param name="keyGroups">Number of key groups.</param>
    /// <param name="ttl">When rows expire, or null.</param>
    /// <param name="isIndexed">Whether rows are found by key; otherwise equal ones stand side by side.</param>
    public KeyedState(
        string name,
        StateLayout layout,
        StatePool pool,
        BufferAllocator account,
        int keyGroups,
        StateTtl? ttl = null,
        bool isIndexed = true)
    {
        Name = name;
        _pool = pool;
        _account = account;
        _snapshot = new TableSnapshot(layout, account, keyGroups);
        Table = new StateTable(layout, pool, account) { Ttl = ttl, IsIndexed = isIndexed };
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override ValueList<StateColumn> Columns => Table.Layout.Describe(Table.IsIndexed);

    /// <inheritdoc/>
    public override bool IsOptional => IsOfAggregate;

    /// <summary>Gets whether it holds the values of one aggregate only.</summary>
    public bool IsOfAggregate { get; init; }

    /// <summary>Gets the table.</summary>
    public StateTable Table { get; }

    /// <inheritdoc/>
    public override long RowCount => Table.Count;

    /// <inheritdoc/>
    public override long Bytes => Table.Bytes;

    /// <inheritdoc/>
    public override long SpilledBytes => Table.SpilledBytes;

    /// <inheritdoc/>
    public override bool MustBeFull => _mustBeFull;

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

        // A second former subtask has slots of its own: its rows are placed aside and move over by key.
        _mustBeFull = true;
        using var aside = new StateTable(Table.Layout, _pool, _account) { IsIndexed = Table.IsIndexed };
        aside.Rows.NowMs = Table.Rows.NowMs;
        Load(aside, snapshots, keyGroups);
        _snapshot.Move(aside, Table);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Table.Dispose();
        _snapshot.Dispose();
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

            table.Trim();
        }

        _snapshot.FinishPlacing(table, complete);
        return complete;
    }
}
