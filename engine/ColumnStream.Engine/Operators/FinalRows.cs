using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators.Upsert;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators;

/// <summary>Passes on, when the input ends, the rows that its changes leave standing; until then they are kept as state.</summary>
/// <param name="Keys">The columns by which changes name a row, or none: then rows are cancelled by value, in one subtask.</param>
[PlanNode("final-rows", version: 1)]
public sealed record FinalRowsNode(ValueList<int> Keys) : PhysicalNode
{
    /// <summary>Tells whether rows of a schema can be kept: types that state has, and not too many columns.</summary>
    public static bool Fits(Schema schema, ValueList<int> keys) => StateLayout.Fits(schema, keys);

    /// <inheritdoc/>
    public override string Describe() => Keys.Count == 0 ? "final rows" : $"final rows by [{string.Join(", ", Keys)}]";

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new FinalRowsOperator(this);
}

/// <summary>Keeps rows by key or, counted, by value, and emits them in the order of their places.</summary>
/// <remarks>
/// A place is that of a row's first insert, or of one that went before: an order nobody asked for, but not another one in each run.
/// Numbers of floating point are kept as their bits: nobody computes with them here, and −0.0 stays what it is.
/// </remarks>
internal sealed unsafe class FinalRowsOperator(FinalRowsNode node) : Operator
{
    private readonly Schema _schema = node.OutputSchema();
    private OperatorContext _context = null!;
    private UpsertRows? _upserts;
    private KeyedState _state = null!;
    private KeyEncoder? _encoder;
    private NativeList<ulong> _hashes = null!;
    private NativeList<nint> _rows = null!;
    private int _countOffset;
    private CountedRows _walk;

    public override IReadOnlyList<OperatorState> States => [_state];

    public override bool AnswersAtEnd => true;

    public override bool HasMore => _walk.IsOpen;

    public override bool HoldsRows => false;

    public override void Open(OperatorContext context)
    {
        _context = context;
        _hashes = new NativeList<ulong>(context.Allocator);
        _rows = new NativeList<nint>(context.Allocator);
        Schema kept = FloatBits.Hidden(context.Inputs[0]);
        if (node.Keys.Count > 0)
        {
            _upserts = new UpsertRows(kept, node.Keys, context, ttl: null);
            _state = _upserts.State;
            _countOffset = _upserts.ExistsOffset;
            return;
        }

        var layout = new StateLayout(kept.Fields, [new StateCell("count", CellType.Int64)]);
        _state = new KeyedState("rows", layout, context.Pages, context.Allocator, context.KeyGroups);
        _encoder = new KeyEncoder(layout, context.Allocator);
        _countOffset = layout.CellOffsets[0];
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            using var hidden = new FloatBits(batch);
            Fold(hidden.Batch);
        }
        finally
        {
            batch.Release();
        }
    }

    public override void Finish(Collector output)
    {
        _walk.Begin();
        Continue(output);
    }

    public override void Continue(Collector output)
    {
        _rows.Count = 0;
        _walk.Fill(_state.Table, _countOffset, _rows, _context.ChunkRows);
        int count = _rows.Count;
        if (count > 0)
        {
            ArrayData[] columns = Columns((byte**)_rows.Pointer, count);
            FloatBits.Show(columns, _schema);
            output.Emit(new StreamBatch(new RecordBatch(_schema, columns, count)));
        }
    }

    protected override void Dispose(bool disposing)
    {
        (_upserts as IDisposable ?? _state)?.Dispose();
        _encoder?.Dispose();
        _hashes?.Dispose();
        _rows?.Dispose();
    }

    private void Fold(StreamBatch batch)
    {
        StateTable table = _state.Table;
        if (_upserts is not null)
        {
            table.BeginBatch();
            _upserts.Fold(batch);
            _upserts.DeleteGone();
            return;
        }

        // What is taken back before it came counts below zero until it comes.
        CountedRows.Fold(table, _encoder!, _hashes, batch, _countOffset);
        for (int t = 0; t < table.TouchedCount; t++)
        {
            if (*(long*)(table.TouchedRows[t] + _countOffset) == 0)
            {
                table.Delete(table.TouchedRows[t], table.TouchedSlots[t], table.TouchedHashes[t]);
            }
        }
    }

    private ArrayData[] Columns(byte** rows, int count)
    {
        if (_upserts is not null)
        {
            return _upserts.Columns(rows, count);
        }

        StateLayout layout = _state.Table.Layout;
        var columns = new ArrayData[layout.Keys.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = RowColumns.Key(layout, i, layout.Keys[i].Type, rows, count, _context.Allocator);
        }

        return columns;
    }
}
