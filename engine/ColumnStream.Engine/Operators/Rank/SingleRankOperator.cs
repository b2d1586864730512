using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Rank;

/// <summary>Passes the best row of each partition of an insert-only input: top-1, and deduplicate except by first rowtime.</summary>
/// <remarks>A batch gives one change a partition. Where only the first row that comes counts, partitions alone are kept.</remarks>
internal sealed unsafe class SingleRankOperator(RankNode node) : Operator
{
    private const int ChunkRows = 4096;
    private readonly Schema _schema = node.OutputSchema();
    private readonly bool _makesOld = node.Changelog == ChangelogMode.Retract;
    private readonly SingleRows.Preference _preference = PreferenceOf(node);
    private OperatorContext _context = null!;
    private SingleRows _rows = null!;
    private StateSweeper _sweeper = null!;
    private NativeList<int> _inputs = null!;
    private NativeList<nint> _old = null!;
    private uint _final;

    public override IReadOnlyList<OperatorState> States => [_rows.State];

    public override bool HasMore => _final != 0;

    public override bool AnswersAtEnd => _context.IsBatch;

    public override bool HoldsRows => false;

    private bool KeepsRows => _preference != SingleRows.Preference.Earlier || _context.IsBatch;

    public override void Open(OperatorContext context)
    {
        _context = context;
        var columns = new RankColumns(node.Partition, node.Order, context.Inputs[0]);
        var ttl = StateTtl.Of(node.StateTtlMs, context);
        _rows = new SingleRows(columns, KeepsRows, context, ttl);
        _sweeper = new StateSweeper(ttl, context, _rows.State);
        _inputs = new NativeList<int>(context.Allocator);
        _old = new NativeList<nint>(context.Allocator);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            _rows.BeginBatch();
            _sweeper.Sweep();
            RecordBatch rows = batch.Rows;
            _rows.Choose(_rows.Columns.Arrange(rows.Columns), rows.Length, _preference);
            if (_rows.Touched.Count > 0)
            {
                Settle(rows, output);
            }
        }
        finally
        {
            batch.Release();
        }
    }

    public override void Continue(Collector output)
    {
        _old.Count = 0;
        while (_old.Count < ChunkRows)
        {
            byte* row = _rows.State.Table.NextLive(ref _final);
            if (row is null)
            {
                _final = 0;
                break;
            }

            _old.Add((nint)row);
        }

        if (_old.Count > 0)
        {
            output.Emit(new StreamBatch(new RecordBatch(_schema, Old(), _old.Count)));
        }
    }

    public override void OnTimer(long clockMs, Collector output) => _sweeper.OnTimer(clockMs);

    public override void Finish(Collector output)
    {
        if (_context.IsBatch)
        {
            _rows.BeginBatch();
            _final = 1;
            Continue(output);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _rows?.Dispose();
        _inputs?.Dispose();
        _old?.Dispose();
    }

    private static SingleRows.Preference PreferenceOf(RankNode node) => node switch
    {
        { KeepsLast: true, Time: TimeAttribute.Proctime } => SingleRows.Preference.Later,
        { KeepsFirst: true, Time: TimeAttribute.Proctime } => SingleRows.Preference.Earlier,
        { KeepsLast: true } => SingleRows.Preference.BestLater,
        _ => SingleRows.Preference.BestEarlier,
    };

    /// <summary>Sends and stores the rows that were chosen.</summary>
    private void Settle(RecordBatch batch, Collector output)
    {
        int count = _rows.Touched.Count;
        _inputs.Count = 0;
        _old.Count = 0;
        for (int i = 0; i < count; i++)
        {
            SingleRows.Candidate candidate = _rows.Touched.Pointer[i];
            _inputs.Add(candidate.Input);
            if (!candidate.IsNew && _makesOld)
            {
                _old.Add(candidate.Row);
            }
        }

        // As many partitions as rows: each row is its partition's.
        bool isAll = count == batch.Length;
        var columns = new ArrayData[batch.Columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = isAll ? batch.Columns[i].Retain()
                : TakeKernel.Take(batch.Columns[i], new ReadOnlySpan<int>(_inputs.Pointer, count), _context.Allocator);
        }

        var now = new RecordBatch(_schema, columns, count);
        try
        {
            if (!_context.IsBatch)
            {
                Emit(now, output);
            }

            if (KeepsRows)
            {
                _rows.Store(_rows.Columns.Arrange(now.Columns));
            }
        }
        finally
        {
            now.Release();
        }
    }

    private void Emit(RecordBatch now, Collector output)
    {
        if (_old.Count > 0)
        {
            EmitPairs(now, output);
            return;
        }

        NativeBuffer? kinds = null;
        if (_preference != SingleRows.Preference.Earlier)
        {
            kinds = _context.Allocator.Allocate(now.Length);
            for (int i = 0; i < now.Length; i++)
            {
                kinds.Pointer[i] = (byte)(_rows.Touched.Pointer[i].IsNew ? RowKind.Insert : RowKind.UpdateAfter);
            }
        }

        output.Emit(new StreamBatch(now.Retain(), kinds));
    }

    /// <summary>Sends new rows, and old ones before those that replace them.</summary>
    private void EmitPairs(RecordBatch now, Collector output)
    {
        var before = new RecordBatch(_schema, Old(), _old.Count);
        RecordBatch both = ArrayConcat.Concat([now, before], _context.Allocator);
        before.Release();
        try
        {
            int next = now.Length;
            for (int i = 0; i < now.Length;)
            {
                _inputs.Count = 0;
                int size = Math.Min(ChunkRows, 2 * (now.Length - i));
                NativeBuffer kinds = _context.Allocator.Allocate(size);
                for (; i < now.Length && _inputs.Count + 2 <= ChunkRows; i++)
                {
                    bool isNew = _rows.Touched.Pointer[i].IsNew;
                    if (!isNew)
                    {
                        kinds.Pointer[_inputs.Count] = (byte)RowKind.UpdateBefore;
                        _inputs.Add(next++);
                    }

                    kinds.Pointer[_inputs.Count] = (byte)(isNew ? RowKind.Insert : RowKind.UpdateAfter);
                    _inputs.Add(i);
                }

                RecordBatch chunk = TakeKernel.Take(
                    both, new ReadOnlySpan<int>(_inputs.Pointer, _inputs.Count), _context.Allocator);
                output.Emit(new StreamBatch(chunk, kinds));
            }
        }
        finally
        {
            both.Release();
        }
    }

    private ArrayData[] Old()
    {
        var columns = new ArrayData[_schema.Fields.Count];
        _rows.Columns.Gather(_rows.Layout, (byte**)_old.Pointer, _old.Count, columns, _context.Allocator);
        return columns;
    }
}
