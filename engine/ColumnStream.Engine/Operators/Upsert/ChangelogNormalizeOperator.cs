using System.Collections.Generic;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Upsert;

/// <summary>Keeps the last row of each key and emits one change a key and batch, where the row is another than before.</summary>
/// <remarks>
/// +I and +U put the row in place, −D takes it away, −U says nothing: its +U follows under the same key. Where keys expire an
/// equal row is emitted too, so that those behind do not forget the key earlier than this.
/// </remarks>
internal sealed unsafe class ChangelogNormalizeOperator(ChangelogNormalizeNode node) : Operator
{
    private readonly Schema _schema = node.OutputSchema();
    private OperatorContext _context = null!;
    private UpsertRows _rows = null!;
    private StateSweeper _sweeper = null!;
    private RowChanges _changes = null!;
    private bool _expires;
    private int _pending;
    private int _pendingEnd;

    public override IReadOnlyList<OperatorState> States => [_rows.State];

    public override bool HasMore => _pending < _pendingEnd;

    public override void Open(OperatorContext context)
    {
        _context = context;
        var ttl = StateTtl.Of(node.StateTtlMs, context);
        _expires = ttl is not null;
        _rows = new UpsertRows(context.Inputs[0], node.Keys, context, ttl);
        _sweeper = new StateSweeper(ttl, context, _rows.State);
        _changes = new RowChanges(_schema, context.Allocator);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            _rows.State.Table.BeginBatch();
            _sweeper.Sweep();
            _rows.Fold(batch);
        }
        finally
        {
            batch.Release();
        }

        _pending = 0;
        _pendingEnd = _rows.State.Table.TouchedCount;
        Continue(output);
    }

    public override void Continue(Collector output)
    {
        StateTable table = _rows.State.Table;
        bool retracts = node.Changelog == ChangelogMode.Retract;
        while (_pending < _pendingEnd && _changes.Count <= RowChanges.ChunkRows - 2)
        {
            byte* row = table.TouchedRows[_pending];
            byte* image = table.TouchedImage(_pending++);
            bool existed = (image[4] & RowStore.Dead) == 0;
            bool exists = _rows.Exists(row);
            if (existed && !exists)
            {
                _changes.Add(image, RowKind.Delete);
            }
            else if (!existed && exists)
            {
                _changes.Add(row, RowKind.Insert);
            }
            else if (existed && (_expires || !_rows.Same(image, row)))
            {
                if (retracts)
                {
                    _changes.Add(image, RowKind.UpdateBefore);
                }

                _changes.Add(row, RowKind.UpdateAfter);
            }
        }

        if (_changes.Count > 0)
        {
            _changes.Emit(_rows.Columns(_changes.Rows, _changes.Count), withKinds: true, output);
        }

        if (_pending == _pendingEnd)
        {
            _rows.DeleteGone();
        }
    }

    public override void OnTimer(long clockMs, Collector output) => _sweeper.OnTimer(clockMs);

    protected override void Dispose(bool disposing)
    {
        _rows?.Dispose();
        _changes?.Dispose();
    }
}
