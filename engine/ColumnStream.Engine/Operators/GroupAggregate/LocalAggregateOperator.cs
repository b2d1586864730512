using System;
using System.Runtime.InteropServices;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators.WindowAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.GroupAggregate;

/// <summary>Folds a batch into its groups and passes their cells on, so that the exchange carries groups and not rows.</summary>
/// <remarks>
/// The table is a cache between batches: its rows stay, their cells go back to zero when they were emitted. Of every few
/// batches it counts the groups; where these are not at most half the rows, the next ones are not grouped.
/// </remarks>
internal sealed unsafe class LocalAggregateOperator(LocalAggregateNode node) : Operator
{
    private const int MostGroups = 8 * 1024;
    private const int JudgedRows = 32 * 1024;
    private const int PausedRows = 512 * 1024;
    private OperatorContext _context = null!;
    private Schema _schema = null!;
    private AggregatePlan _plan = null!;
    private ValueList<int> _keys;
    private SliceColumn? _slicing;
    private GroupUpdater _updater = null!;
    private GroupTables _tables = null!;
    private NativeList<nint> _rows = null!;
    private NativeList<byte> _single = null!;
    private long _judged;
    private long _groups;
    private long _paused;

    public override void Open(OperatorContext context)
    {
        _context = context;
        _schema = node.OutputSchema();
        Schema input = context.Inputs[0];
        _keys = node.Keys;
        if (node.Window is WindowSpec window)
        {
            _slicing = new SliceColumn(window, input, context.Allocator);
            _keys = [.. node.Keys, input.Fields.Count];
            input = _slicing.Schema;
        }

        _plan = new AggregatePlan(_keys, node.Aggregates, input, node.InsertOnlyInput, countsRows: true);
        _updater = new GroupUpdater(_plan, context.Allocator);
        _tables = new GroupTables(
            new StateTable(_plan.Layout, context.Pages, context.Allocator), new StateTable?[node.Aggregates.Count]);
        _rows = new NativeList<nint>(context.Allocator);
        _single = new NativeList<byte>(context.Allocator);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            int length = batch.Rows.Length;
            if (length == 0)
            {
                return;
            }

            batch = _slicing?.Append(batch) ?? batch;

            _updater.Prepare(batch.Rows, batch.Kinds);
            RecordBatch partial = _paused > 0 ? Spread(batch.Rows) : Group(length);
            output.Emit(new StreamBatch(partial));
        }
        finally
        {
            _updater.Release();
            batch.Release();
        }
    }

    protected override void Dispose(bool disposing)
    {
        _updater?.Dispose();
        _tables?.Dispose();
        _rows?.Dispose();
        _single?.Dispose();
    }

    private RecordBatch Group(int length)
    {
        StateTable groups = _tables.Groups;
        groups.BeginBatch();
        _updater.Update(_tables, 0, length);
        int count = groups.TouchedCount;
        var columns = new ArrayData[_schema.Fields.Count];
        for (int i = 0; i < _plan.Layout.Keys.Count; i++)
        {
            columns[i] = RowColumns.Key(
                _plan.Layout, i, _plan.Layout.Keys[i].Type, groups.TouchedRows, count, _context.Allocator);
        }

        PartialCells.Build(_plan, groups.TouchedRows, count, columns, _context.Allocator);
        if (groups.Count > MostGroups)
        {
            groups.Clear();
        }
        else
        {
            int first = _plan.Layout.CellOffsets[0];
            for (int i = 0; i < count; i++)
            {
                NativeMemory.Clear(groups.TouchedRows[i] + first, (nuint)(_plan.Layout.Stride - first));
            }
        }

        _judged += length;
        _groups += count;
        if (_judged >= JudgedRows)
        {
            _paused = _groups * 2 > _judged ? PausedRows : 0;
            _judged = 0;
            _groups = 0;
        }

        return new RecordBatch(_schema, columns, count);
    }

    /// <summary>Makes a group of each row: no key is hashed.</summary>
    private RecordBatch Spread(RecordBatch batch)
    {
        int length = batch.Length;
        _paused -= length;
        int stride = _plan.Layout.Stride;
        byte* all = _single.Reserve(length * stride);
        NativeMemory.Clear(all, (nuint)((long)length * stride));
        var rows = (byte**)_rows.Reserve(length);
        for (int i = 0; i < length; i++)
        {
            rows[i] = all + ((long)i * stride);
        }

        for (int at = 0; at < length; at += Accumulator.BlockRows)
        {
            _updater.Accumulate(_tables, at, Math.Min(Accumulator.BlockRows, length - at), rows + at);
        }

        var columns = new ArrayData[_schema.Fields.Count];
        for (int i = 0; i < _keys.Count; i++)
        {
            columns[i] = batch.Columns[_keys[i]].Retain();
        }

        PartialCells.Build(_plan, rows, length, columns, _context.Allocator);
        return new RecordBatch(_schema, columns, length);
    }
}
