using System.Collections.Generic;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Rank;

/// <summary>Ranks the rows of each partition, and sends what a batch has changed in the range; in batch mode all of it at the end.</summary>
internal sealed unsafe class RankOperator(RankNode node) : Operator
{
    private const int ChunkRows = 4096;
    private OperatorContext _context = null!;
    private RankStore _store = null!;
    private RankChanges _changes = null!;
    private NativeList<RankEntry> _entries = null!;
    private RankSnapshots? _snapshots;
    private uint _final;

    public override IReadOnlyList<OperatorState> States => [_store.Rows.State];

    public override bool HasMore => _changes.IsPending || _final != 0;

    public override bool AnswersAtEnd => _context.IsBatch;

    public override void Open(OperatorContext context)
    {
        _context = context;
        _store = new RankStore(
            node.Function, node.Partition, node.Order, node.End, node.InsertOnlyInput, context, ttlMs: node.StateTtlMs);
        _changes = new RankChanges(_store.Rows, node.OutputSchema(), node.HasNumber, context.Allocator);
        _entries = new NativeList<RankEntry>(context.Allocator);
        if (!context.IsBatch)
        {
            _snapshots = new RankSnapshots(_store, node, context.Allocator);
            _store.History = _snapshots.History;
        }
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            _store.BeginBatch();
            _store.Sweeper.Sweep();
            if (node.InsertOnlyInput)
            {
                _store.Append(batch.Rows);
            }
            else
            {
                _store.Change(batch);
            }
        }
        finally
        {
            batch.Release();
        }

        _snapshots?.Compare(_changes);
        Continue(output);
    }

    public override void Continue(Collector output)
    {
        if (_final != 0 && !_changes.IsPending)
        {
            Collect();
        }

        _changes.Emit(output, hasKinds: !_context.IsBatch);
        if (!_changes.IsPending)
        {
            _changes.Clear();
            _store.Sweep();
        }
    }

    public override void OnTimer(long clockMs, Collector output)
    {
        _store.BeginBatch();
        _store.Sweeper.OnTimer(clockMs);
        _store.Sweep();
    }

    public override void Finish(Collector output)
    {
        if (_context.IsBatch)
        {
            _store.BeginBatch();
            _final = 1;
            Continue(output);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _snapshots?.Dispose();
        _store?.Dispose();
        _changes?.Dispose();
        _entries?.Dispose();
    }

    /// <summary>Collects the answer of the next groups.</summary>
    private void Collect()
    {
        while (_changes.Count < ChunkRows)
        {
            byte* group = _store.Groups.Table.NextLive(ref _final);
            if (group is null)
            {
                _final = 0;
                return;
            }

            _entries.Count = 0;
            _store.List(group, 1, uint.MaxValue, _entries);
            for (int i = 0; i < _entries.Count; i++)
            {
                RankEntry entry = _entries.Pointer[i];
                for (int copy = 0; copy < entry.Copies; copy++)
                {
                    long rank = entry.Rank + (node.Function == RankFunction.RowNumber ? copy : 0);
                    if (rank >= node.Start && rank <= node.End)
                    {
                        _changes.Add(_store.Rows.Table.Rows.Row(entry.Slot), RowKind.Insert, rank);
                    }
                }
            }
        }
    }
}
