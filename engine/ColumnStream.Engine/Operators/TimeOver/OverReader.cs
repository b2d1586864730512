using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.WindowFunctions;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.TimeOver;

/// <summary>Computes what is made of older rows each time anew: LAG, and aggregates that cannot take back what leaves a frame.</summary>
internal sealed unsafe class OverReader : IDisposable
{
    private readonly TimeOverNode _node;
    private readonly OverCall[] _calls;
    private readonly OverRows _rows;
    private readonly OperatorContext _context;
    private readonly NativeList<nint> _list;
    private readonly NativeList<int> _starts;
    private readonly NativeList<int> _peers;
    private readonly NativeList<int> _places;
    private readonly bool _readsRows;

    public OverReader(TimeOverNode node, OverCall[] calls, OverRows rows, OperatorContext context)
    {
        _node = node;
        _calls = calls;
        _rows = rows;
        _context = context;
        _list = new NativeList<nint>(context.Allocator);
        _starts = new NativeList<int>(context.Allocator);
        _peers = new NativeList<int>(context.Allocator);
        _places = new NativeList<int>(context.Allocator);
        foreach (OverCall call in calls)
        {
            _readsRows |= call.ReadsRows;
        }
    }

    /// <summary>Makes the columns of those calls.</summary>
    public void Evaluate(OverDue due, ArrayData[] columns)
    {
        int width = _context.Inputs[0].Fields.Count;
        for (int c = 0; c < _calls.Length; c++)
        {
            if (_calls[c].IsLag)
            {
                columns[width + c] = Lag(_calls[c], due, columns);
            }
        }

        if (!_readsRows)
        {
            return;
        }

        Collect(due);
        var groups = new WindowPartitions(
            new ReadOnlySpan<int>(_starts.Pointer, _starts.Count).ToArray(),
            new ReadOnlySpan<int>(_peers.Pointer, _peers.Count).ToArray());
        for (int c = 0; c < _calls.Length; c++)
        {
            if (_calls[c].ReadsRows)
            {
                ArrayData all = Read(_calls[c].Window, groups);
                columns[width + c] = TakeKernel.Take(
                    all, new ReadOnlySpan<int>(_places.Pointer, _places.Count), _context.Allocator);
                all.Release();
            }
        }
    }

    /// <summary>Makes an input column of kept rows.</summary>
    public ArrayData Gather(int column, byte** rows, int count) => RowColumns.Key(
        _rows.Rows.Table.Layout, _rows.Columns.PlaceOf(column), _context.Inputs[0].Fields[column].Type, rows, count,
        _context.Allocator);

    /// <inheritdoc/>
    public void Dispose()
    {
        _list.Dispose();
        _starts.Dispose();
        _peers.Dispose();
        _places.Dispose();
    }

    /// <summary>Takes the first row of each frame, or the default; by rowtime it looks back from the last row of a time.</summary>
    private ArrayData Lag(OverCall call, OverDue due, ArrayData[] columns)
    {
        AggregateCall what = call.Window.Call;
        NativeList<nint> first = _rows.FrameOf(call).First;
        var sources = new int[due.Count];
        _list.Count = 0;
        for (int i = 0; i < due.Count; i++)
        {
            int from = _node.IsRowtime ? due.Entries[i].LastPeer : i;
            sources[i] = first.Pointer[from] != 0 ? _list.Count : -1 - from;
            if (first.Pointer[from] != 0)
            {
                _list.Add(first.Pointer[from]);
            }
        }

        ArrayData found = Gather(what.Arguments[0], (byte**)_list.Pointer, _list.Count);
        ArrayData all = found;
        try
        {
            bool hasDefault = what.Arguments.Count > 1;
            for (int i = 0; i < sources.Length; i++)
            {
                sources[i] = sources[i] >= 0 ? sources[i] : hasDefault ? _list.Count - 1 - sources[i] : -1;
            }

            if (hasDefault)
            {
                all = ArrayConcat.Concat([found, columns[what.Arguments[1]]], _context.Allocator);
                found.Release();
            }

            return TakeKernel.Take(all, sources, _context.Allocator);
        }
        finally
        {
            all.Release();
        }
    }

    /// <summary>Lists the kept rows of each partition, where partitions and rows of one time begin, and where rows stand that are due.</summary>
    private void Collect(OverDue due)
    {
        _list.Count = 0;
        _starts.Count = 0;
        _peers.Count = 0;
        _places.Count = 0;
        RowStore store = _rows.Rows.Table.Rows;
        int partitions = due.Starts[1];
        for (int p = 0; p < partitions; p++)
        {
            var partition = (byte*)due.Entries[p].Partition;
            _starts.Add(_list.Count);
            long time = 0;
            bool isFirst = true;
            long older = OverRows.Cell(partition, _rows.Chained) - OverRows.Cell(partition, _rows.Round);
            OverRows.Cell(partition, _rows.Round) = _list.Count + older;
            for (long at = OverRows.Cell(partition, _rows.Head); at != 0; isFirst = false)
            {
                byte* row = store.Row((uint)at);
                if (isFirst || _rows.TimeOf(row) != time)
                {
                    _peers.Add(_list.Count);
                    time = _rows.TimeOf(row);
                }

                _list.Add((nint)row);
                at = _rows.Next(row);
            }
        }

        _starts.Add(_list.Count);
        _peers.Add(_list.Count);
        for (int i = 0; i < due.Count; i++)
        {
            ref OverDue.Entry entry = ref due.Entries[i];
            _places.Add((int)OverRows.Cell((byte*)entry.Partition, _rows.Round) + entry.Round);
        }
    }

    private ArrayData Read(WindowCall window, WindowPartitions groups)
    {
        AggregateCall call = window.Call;
        FrameSpec frame = window.Frame!;
        bool measures = !frame.IsRows && frame.Start.Kind == FrameLimitKind.Preceding;
        var columns = new ArrayData[call.Arguments.Count + 2];
        try
        {
            for (int a = 0; a < call.Arguments.Count; a++)
            {
                columns[a] = Gather(call.Arguments[a], (byte**)_list.Pointer, _list.Count);
            }

            if (call.Filter >= 0)
            {
                columns[^2] = Gather(call.Filter, (byte**)_list.Pointer, _list.Count);
            }

            if (measures)
            {
                columns[^1] = Gather(_node.TimeColumn, (byte**)_list.Pointer, _list.Count);
            }

            using var heap = new StringHeap(_context.Pages, _context.Allocator);
            return FrameAggregate.Evaluate(
                call, frame, groups, columns.AsSpan(0, call.Arguments.Count), (BooleanArray?)columns[^2], columns[^1],
                descending: false, heap, _context.Allocator);
        }
        finally
        {
            foreach (ArrayData? column in columns)
            {
                column?.Release();
            }
        }
    }
}
