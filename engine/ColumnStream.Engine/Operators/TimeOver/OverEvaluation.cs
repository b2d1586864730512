using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.WindowFunctions;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.TimeOver;

/// <summary>Computes the calls for rows that are due: partitions side by side, rows of each in time, older ones in front.</summary>
internal sealed unsafe class OverEvaluation : IDisposable
{
    private readonly TimeOverNode _node;
    private readonly OverCall[] _calls;
    private readonly OverRows _rows;
    private readonly Schema _schema;
    private readonly OperatorContext _context;
    private readonly NativeList<nint> _list;
    private readonly NativeList<int> _due;
    private readonly NativeList<int> _starts;
    private readonly NativeList<int> _peers;
    private readonly NativeList<int> _firstDue;
    private readonly NativeList<sbyte> _signs;
    private readonly ArrayData[][] _arguments;
    private readonly BooleanArray?[] _filters;

    public OverEvaluation(TimeOverNode node, OverCall[] calls, OverRows rows, Schema schema, OperatorContext context)
    {
        _node = node;
        _calls = calls;
        _rows = rows;
        _schema = schema;
        _context = context;
        _list = new NativeList<nint>(context.Allocator);
        _due = new NativeList<int>(context.Allocator);
        _starts = new NativeList<int>(context.Allocator);
        _peers = new NativeList<int>(context.Allocator);
        _firstDue = new NativeList<int>(context.Allocator);
        _signs = new NativeList<sbyte>(context.Allocator);
        _signs.Reserve(Accumulator.BlockRows);
        _arguments = new ArrayData[calls.Length][];
        _filters = new BooleanArray?[calls.Length];
        foreach (OverCall call in calls)
        {
            Continues |= !call.ReadsRows;
        }
    }

    /// <summary>Gets whether partitions know more than their rows.</summary>
    public bool Continues { get; }

    /// <summary>Answers the rows of partitions from their first that is due on.</summary>
    public RecordBatch Run(NativeList<nint> partitions, NativeList<uint> slots, bool readsRows)
    {
        Collect(partitions, readsRows);
        int length = _list.Count;
        int width = _context.Inputs[0].Fields.Count;
        var all = new ArrayData[width];
        _rows.Columns.Gather(_rows.Rows.Table.Layout, (byte**)_list.Pointer, length, all, _context.Allocator);
        var columns = new ArrayData[_schema.Fields.Count];
        bool isAll = _due.Count == length;
        var due = new ReadOnlySpan<int>(_due.Pointer, _due.Count);
        try
        {
            // Only what reads rows asks for groups.
            WindowPartitions groups = readsRows ? Groups() : null!;
            for (int i = 0; i < _calls.Length; i++)
            {
                if (_calls[i].ReadsRows)
                {
                    ArrayData column = Evaluate(_calls[i].Window, groups, all);
                    columns[width + i] = _calls[i].Window.Frame is null && _node.IsRowtime
                        ? TakeKernel.Take(column, LastPeers(groups), _context.Allocator) : Due(column, due, isAll);
                    column.Release();
                }
            }

            GoOn(partitions, slots, all, columns);
            for (int i = 0; i < width; i++)
            {
                columns[i] = Due(all[i], due, isAll);
            }

            return new RecordBatch(_schema, columns, _due.Count);
        }
        catch
        {
            foreach (ArrayData? column in columns)
            {
                column?.Release();
            }

            throw;
        }
        finally
        {
            foreach (ArrayData column in all)
            {
                column.Release();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _list.Dispose();
        _due.Dispose();
        _starts.Dispose();
        _peers.Dispose();
        _firstDue.Dispose();
        _signs.Dispose();
    }

    private ArrayData Due(ArrayData column, ReadOnlySpan<int> due, bool isAll) =>
        isAll ? column.Retain() : TakeKernel.Take(column, due, _context.Allocator);

    /// <summary>Lists the rows, and where partitions, rows of one time and rows that are due begin.</summary>
    private void Collect(NativeList<nint> partitions, bool readsRows)
    {
        _list.Count = 0;
        _due.Count = 0;
        _starts.Count = 0;
        _peers.Count = 0;
        _firstDue.Count = 0;
        RowStore store = _rows.Rows.Table.Rows;
        for (int p = 0; p < partitions.Count; p++)
        {
            var partition = (byte*)partitions.Pointer[p];
            _starts.Add(_list.Count);
            long due = OverRows.Cell(partition, _rows.Due);
            long at = readsRows ? OverRows.Cell(partition, _rows.Head) : due;
            bool isDue = false;
            long time = 0;
            for (bool isFirst = true; at != 0; isFirst = false)
            {
                byte* row = store.Row((uint)at);
                isDue |= at == due;
                if (at == due)
                {
                    _firstDue.Add(_list.Count);
                }

                if (isFirst || _rows.TimeOf(row) != time)
                {
                    _peers.Add(_list.Count);
                    time = _rows.TimeOf(row);
                }

                if (isDue)
                {
                    _due.Add(_list.Count);
                }

                _list.Add((nint)row);
                at = _rows.Next(row);
            }
        }

        _starts.Add(_list.Count);
        _peers.Add(_list.Count);
    }

    /// <summary>Returns for each row that is due the last one of its time: LAG looks back from there, as from a RANGE frame.</summary>
    private int[] LastPeers(WindowPartitions groups)
    {
        var last = new int[_due.Count];
        int group = 0;
        for (int i = 0; i < last.Length; i++)
        {
            while (groups.Peers[group + 1] <= _due.Pointer[i])
            {
                group++;
            }

            last[i] = groups.Peers[group + 1] - 1;
        }

        return last;
    }

    private WindowPartitions Groups() => new(
        new ReadOnlySpan<int>(_starts.Pointer, _starts.Count).ToArray(),
        new ReadOnlySpan<int>(_peers.Pointer, _peers.Count).ToArray());

    private ArrayData Evaluate(WindowCall window, WindowPartitions groups, ArrayData[] all)
    {
        AggregateCall call = window.Call;
        ArrayData[] arguments = Arguments(call, all);
        if (window.Frame is not { } frame)
        {
            return WindowFunctionTable.Find(call.Function)!.Evaluate(call, groups, arguments, _context.Allocator);
        }

        using var heap = new StringHeap(_context.Pages, _context.Allocator);
        bool measures = !frame.IsRows && frame.Start.Kind == FrameLimitKind.Preceding;
        return FrameAggregate.Evaluate(
            call, frame, groups, arguments, call.Filter < 0 ? null : (BooleanArray)all[call.Filter],
            measures ? all[_node.TimeColumn] : null, descending: false, heap, _context.Allocator);
    }

    private static ArrayData[] Arguments(AggregateCall call, ArrayData[] all)
    {
        var arguments = new ArrayData[call.Arguments.Count];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = all[call.Arguments[i]];
        }

        return arguments;
    }

    /// <summary>Goes on with what partitions hold, row by row, and copies it for each.</summary>
    private void GoOn(NativeList<nint> partitions, NativeList<uint> slots, ArrayData[] all, ArrayData[] columns)
    {
        int width = all.Length;
        int stride = _rows.Partitions.Table.Layout.Stride;
        int count = _due.Count;
        NativeBuffer images = _context.Allocator.Allocate(Math.Max(1, Continues ? (long)count * stride : 1));
        NativeBuffer pointers = _context.Allocator.Allocate(Math.Max(1, count) * (long)sizeof(nint));
        NativeBuffer ranks = _context.Allocator.Allocate(Math.Max(1, count) * 3L * sizeof(long));
        try
        {
            var copies = (byte**)pointers.Pointer;
            int next = 0;
            for (int i = 0; i < _calls.Length; i++)
            {
                _arguments[i] = Arguments(_calls[i].Window.Call, all);
                int filter = _calls[i].Window.Call.Filter;
                _filters[i] = filter < 0 ? null : (BooleanArray)all[filter];
            }

            for (int p = 0; p < partitions.Count; p++)
            {
                var partition = (byte*)partitions.Pointer[p];
                _rows.Partitions.Table.Rows.Touch(partition, slots.Pointer[p]);
                GoOn(
                    partition, _firstDue.Pointer[p], _starts.Pointer[p + 1], images.Pointer, copies, (long*)ranks.Pointer,
                    ref next);
            }

            for (int i = 0; i < _calls.Length; i++)
            {
                columns[width + i] ??= _calls[i].Accumulator is { } accumulator
                    ? accumulator.Emit(copies, count, _context.Allocator)
                    : Ranks(_calls[i].Ranking, (long*)ranks.Pointer, count);
            }
        }
        finally
        {
            images.Release();
            pointers.Release();
            ranks.Release();
        }
    }

    private void GoOn(byte* partition, int start, int end, byte* images, byte** copies, long* ranks, ref int next)
    {
        byte** targets = stackalloc byte*[Accumulator.BlockRows];
        new Span<nint>(targets, Accumulator.BlockRows).Fill((nint)partition);
        int stride = _rows.Partitions.Table.Layout.Stride;
        ref long rows = ref OverRows.Cell(partition, _rows.RowsSoFar);
        ref long times = ref OverRows.Cell(partition, _rows.TimesSoFar);
        ref long last = ref OverRows.Cell(partition, _rows.LastTime);
        for (int row = start; row < end;)
        {
            long time = _rows.TimeOf((byte*)_list.Pointer[row]);
            int behind = row + 1;
            while (_node.IsRowtime && behind < end && _rows.TimeOf((byte*)_list.Pointer[behind]) == time)
            {
                behind++;
            }

            times++;
            long before = rows;
            Accumulate(targets, row, behind, byRows: false);
            for (int i = row; i < behind; i++)
            {
                Accumulate(targets, i, i + 1, byRows: true);
                long* rank = ranks + (3L * next);
                rank[0] = ++rows;
                rank[1] = before + 1;
                rank[2] = times;
                if (Continues)
                {
                    copies[next] = images + ((long)next * stride);
                    Buffer.MemoryCopy(partition, copies[next], stride, stride);
                }

                next++;
            }

            last = time;
            row = behind;
        }
    }

    /// <summary>Adds rows [start, end) to the aggregates that go on by rows, or to those that take all rows of a time at once.</summary>
    private void Accumulate(byte** targets, int start, int end, bool byRows)
    {
        sbyte* signs = _signs.Pointer;
        for (int c = 0; c < _calls.Length; c++)
        {
            OverCall call = _calls[c];
            if (call.Accumulator is not { } accumulator || (call.Window.Frame!.IsRows || !_node.IsRowtime) != byRows)
            {
                continue;
            }

            ArrayData[] arguments = _arguments[c];
            BooleanArray? filter = _filters[c];
            for (int at = start; at < end; at += Accumulator.BlockRows)
            {
                int count = Math.Min(Accumulator.BlockRows, end - at);
                for (int i = 0; i < count; i++)
                {
                    bool counts = filter is null || (!filter.IsNull(at + i) && filter.GetValue(at + i));
                    for (int a = 0; counts && !accumulator.TakesNulls && a < arguments.Length; a++)
                    {
                        counts = !arguments[a].IsNull(at + i);
                    }

                    signs[i] = counts ? (sbyte)1 : (sbyte)0;
                }

                accumulator.Accumulate(arguments, at, count, targets, signs, _rows.Partitions.Table.Heap);
            }
        }
    }

    private FixedWidthArray Ranks(Ranking ranking, long* ranks, int count)
    {
        NativeBuffer values = _context.Allocator.Allocate(Math.Max(1, count) * (long)sizeof(long));
        int which = (int)ranking - 1;
        for (int i = 0; i < count; i++)
        {
            ((long*)values.Pointer)[i] = ranks[(3L * i) + which];
        }

        return new FixedWidthArray(DataType.Int64, count, values, null);
    }
}
