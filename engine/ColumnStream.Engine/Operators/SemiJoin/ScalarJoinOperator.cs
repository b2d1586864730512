using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.SemiJoin;

/// <summary>Keeps left rows and right ones, of which at most one stands behind a batch; all left rows follow its changes.</summary>
/// <remarks>
/// With a time to live left rows are forgotten: they keep the value they have, and what takes them back is passed over. The
/// value is one row and stays; only where its maker forgot it and gives another one, the older gives way.
/// </remarks>
internal sealed unsafe class ScalarJoinOperator(ScalarJoinNode node) : Operator
{
    private const int ChunkRows = 4096;
    private readonly Schema _schema = node.OutputSchema();
    private readonly List<int> _forgotten = [];
    private OperatorContext _context = null!;
    private KeyedState _left = null!;
    private KeyedState _right = null!;
    private StateTtl? _ttl;
    private StateSweeper _sweeper = null!;
    private KeyEncoder _leftKeys = null!;
    private KeyEncoder _rightKeys = null!;
    private NativeList<ulong> _hashes = null!;
    private NativeList<nint> _rows = null!;
    private ArrayData[]? _value;
    private ArrayData[]? _before;
    private int _restores = -1;
    private CountedRows _walk;

    public override IReadOnlyList<OperatorState> States => [_left, _right];

    public override bool HasMore => _walk.IsOpen;

    public override bool AnswersAtEnd => _context.IsBatch;

    public override void Open(OperatorContext context)
    {
        _context = context;
        _ttl = StateTtl.Of(node.StateTtlMs, context);
        _left = NewState("left", context.Inputs[0].Fields, _ttl);
        _right = NewState("right", context.Inputs[1].Fields, null);
        _sweeper = new StateSweeper(_ttl, context, _left);
        _leftKeys = new KeyEncoder(_left.Table.Layout, context.Allocator);
        _rightKeys = new KeyEncoder(_right.Table.Layout, context.Allocator);
        _hashes = new NativeList<ulong>(context.Allocator);
        _rows = new NativeList<nint>(context.Allocator);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            Refresh();
            _sweeper.Sweep();
            if (input == 0)
            {
                Fold(_left.Table, _leftKeys, batch);
                EmitLeft(batch, output);
                return;
            }

            if (_ttl is null)
            {
                Fold(_right.Table, _rightKeys, batch);
            }
            else
            {
                FoldValue(batch);
            }
        }
        finally
        {
            batch.Release();
        }

        Turn(output);
    }

    public override void Continue(Collector output)
    {
        _rows.Count = 0;
        _walk.Fill(_left.Table, _left.Table.Layout.CellOffsets[0], _rows, _context.IsBatch ? ChunkRows : ChunkRows / 2);
        if (_rows.Count > 0)
        {
            output.Emit(_context.IsBatch ? new StreamBatch(Build(_rows.Count, pairs: false)) : Pairs());
        }
    }

    public override void OnTimer(long clockMs, Collector output) => _sweeper.OnTimer(clockMs);

    public override void Finish(Collector output)
    {
        Refresh();
        if (_context.IsBatch)
        {
            _walk.Begin();
            Continue(output);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _left?.Dispose();
        _right?.Dispose();
        _leftKeys?.Dispose();
        _rightKeys?.Dispose();
        _hashes?.Dispose();
        _rows?.Dispose();
        Release(ref _value);
        Release(ref _before);
    }

    private static void Release(ref ArrayData[]? row)
    {
        foreach (ArrayData column in row ?? [])
        {
            column.Release();
        }

        row = null;
    }

    private static long* Count(StateTable table, byte* row) => (long*)(row + table.Layout.CellOffsets[0]);

    private KeyedState NewState(string name, ValueList<Field> fields, StateTtl? ttl)
    {
        var layout = new StateLayout(fields, [new StateCell("count", CellType.Int64)], 0, hasTime: _ttl is not null);
        return new KeyedState(name, layout, _context.Pages, _context.Allocator, _context.KeyGroups, ttl);
    }

    /// <summary>Counts the rows of a batch in a table; rows that are gone go.</summary>
    private void Fold(StateTable table, KeyEncoder encoder, StreamBatch batch)
    {
        _forgotten.Clear();
        CountedRows.Fold(table, encoder, _hashes, batch, table.Layout.CellOffsets[0], _ttl is null ? null : _forgotten);
        DeleteEmpty(table);
    }

    /// <summary>Counts the value's rows where their maker may have forgotten what it gave: an old one gives way to a new one.</summary>
    /// <remarks>Its time began with a change of the maker's row, or later; half the time to live tells it from a second one.</remarks>
    private void FoldValue(StreamBatch batch)
    {
        StateTable table = _right.Table;
        int length = batch.Rows.Length;
        table.BeginBatch();
        table.Rows.NowMs = _ttl!.NowMs;
        ulong* hashes = _hashes.Reserve(Math.Max(1, length));
        table.Layout.Hash(batch.Rows.Columns, length, hashes);
        _rightKeys.Encode(batch.Rows.Columns, length);
        for (int i = 0; i < length; i++)
        {
            byte* row;
            uint slot;
            table.FindOrCreate(_rightKeys, hashes, i, 1, &row, &slot);
            long before = IsOld(row) ? 0 : *Count(table, row);
            table.Touch(&row, &slot, hashes + i, 1);
            *Count(table, row) = Math.Max(0, before + (Adds(batch, i) ? 1 : -1));
        }

        int live = table.Count;
        uint next = 1;
        for (byte* row = table.NextLive(ref next); row is not null && length > 0; row = table.NextLive(ref next))
        {
            uint slot = next - 1;
            live -= *Count(table, row) == 0 ? 1 : 0;
            if (live > 1 && IsOld(row))
            {
                live--;
                table.Delete(&row, &slot, 1);
            }
        }

        DeleteEmpty(table);
    }

    private static bool Adds(StreamBatch batch, int row) =>
        batch.Kinds is null || batch.Kinds[row] is RowKind.Insert or RowKind.UpdateAfter;

    private bool IsOld(byte* value) =>
        *(long*)(value + _right.Table.Layout.TimeOffset) <= _ttl!.NowMs - Math.Max(1, _ttl.TtlMs / 2);

    private static void DeleteEmpty(StateTable table)
    {
        for (int t = 0; t < table.TouchedCount; t++)
        {
            if (*Count(table, table.TouchedRows[t]) == 0)
            {
                table.Delete(table.TouchedRows[t], table.TouchedSlots[t], table.TouchedHashes[t]);
            }
        }
    }

    /// <summary>Reads the value at the start and after a restore.</summary>
    private void Refresh()
    {
        if (_restores != _right.Restores)
        {
            _restores = _right.Restores;
            Release(ref _value);
            _value = Read();
        }
    }

    /// <summary>Returns the right side's row, a column each.</summary>
    private ArrayData[] Read()
    {
        StateTable table = _right.Table;
        uint next = 1;
        byte* found = null;
        for (byte* row = table.NextLive(ref next); row is not null; row = table.NextLive(ref next))
        {
            long count = *Count(table, row);
            if (count > 1 || (count > 0 && found is not null))
            {
                string place = node.Place.Text is null ? string.Empty : $"{node.Place}: error CST4001: ";
                throw new UserException(4001, $"{place}A query that is used as a value gave more than one row.");
            }

            found = count > 0 ? row : found;
        }

        var columns = new ArrayData[_context.Inputs[1].Fields.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = found is null ? Null(_context.Inputs[1].Fields[i].Type)
                : RowColumns.Key(table.Layout, i, _context.Inputs[1].Fields[i].Type, &found, 1, _context.Allocator);
        }

        return columns;
    }

    private ArrayData Null(DataType type)
    {
        using ColumnBuilder builder = ColumnBuilder.Create(type, _context.Allocator, 1);
        builder.AppendNull();
        return builder.Finish();
    }

    /// <summary>Lets all left rows change from the value before to the one of now.</summary>
    private void Turn(Collector output)
    {
        if (_context.IsBatch)
        {
            _restores = -1;
            return;
        }

        ArrayData[] value = Read();
        Release(ref _before);
        _before = _value;
        _value = value;
        if (!IsSame(_before!, value))
        {
            _walk.Begin();
            Continue(output);
        }
    }

    private static bool IsSame(ArrayData[] one, ArrayData[] other)
    {
        for (int i = 0; i < one.Length; i++)
        {
            if (!ArrayEquality.Equals(one[i], other[i]))
            {
                return false;
            }
        }

        return true;
    }

    private void EmitLeft(StreamBatch batch, Collector output)
    {
        if (_context.IsBatch || batch.Rows.Length == 0)
        {
            return;
        }

        var columns = new ArrayData[_schema.Fields.Count];
        for (int i = 0; i < batch.Rows.Columns.Length; i++)
        {
            columns[i] = batch.Rows.Columns[i].Retain();
        }

        var zeros = new int[batch.Rows.Length];
        for (int i = 0; i < _value!.Length; i++)
        {
            columns[batch.Rows.Columns.Length + i] = TakeKernel.Take(_value[i], zeros, _context.Allocator);
        }

        var rows = new RecordBatch(_schema, columns, batch.Rows.Length);
        output.Emit(_forgotten.Count == 0 ? new StreamBatch(rows, batch.KindsBuffer?.Retain()) : Known(rows, batch.Kinds));
    }

    /// <summary>Leaves out what takes back forgotten rows; halves of updates may stand alone then.</summary>
    private StreamBatch Known(RecordBatch rows, RowKind* given)
    {
        NativeBuffer kinds = _context.Allocator.Allocate(rows.Length);
        var known = new Selection(rows.Length, _context.Allocator);
        int next = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            kinds.Pointer[i] = (byte)(given[i] is RowKind.Insert or RowKind.UpdateAfter ? RowKind.Insert : RowKind.Delete);
            if (next < _forgotten.Count && _forgotten[next] == i)
            {
                next++;
                continue;
            }

            known.Pointer[known.Count++] = i;
        }

        return new StreamBatch(rows, kinds, known);
    }

    private StreamBatch Pairs()
    {
        int count = 2 * _rows.Count;
        NativeBuffer kinds = _context.Allocator.Allocate(count);
        for (int i = 0; i < count; i++)
        {
            kinds.Pointer[i] = (byte)((i & 1) == 0 ? RowKind.UpdateBefore : RowKind.UpdateAfter);
        }

        return new StreamBatch(Build(count, pairs: true), kinds);
    }

    private RecordBatch Build(int count, bool pairs)
    {
        int shift = pairs ? 1 : 0;
        byte** rows = stackalloc byte*[ChunkRows];
        var values = new int[count];
        for (int i = 0; i < count; i++)
        {
            rows[i] = (byte*)_rows.Pointer[i >> shift];
            values[i] = pairs ? i & 1 : 0;
        }

        StateLayout layout = _left.Table.Layout;
        var columns = new ArrayData[_schema.Fields.Count];
        for (int i = 0; i < layout.Keys.Count; i++)
        {
            columns[i] = RowColumns.Key(layout, i, layout.Keys[i].Type, rows, count, _context.Allocator);
        }

        for (int i = 0; i < _value!.Length; i++)
        {
            if (!pairs)
            {
                columns[layout.Keys.Count + i] = TakeKernel.Take(_value[i], values, _context.Allocator);
                continue;
            }

            ArrayData both = ArrayConcat.Concat([_before![i], _value[i]], _context.Allocator);
            columns[layout.Keys.Count + i] = TakeKernel.Take(both, values, _context.Allocator);
            both.Release();
        }

        return new RecordBatch(_schema, columns, count);
    }
}
