using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.WindowFunctions;
using ColumnStream.Engine.Operators.Rank;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Over;

/// <summary>Computes the calls for listed rows.</summary>
/// <remarks>
/// Where all calls go on from row to row in cells of fixed size (aggregates up to the current row, ranks), each kept row holds
/// the cells behind it, so that a list may begin at the first row that has changed. Else lists hold whole partitions.
/// </remarks>
internal sealed unsafe class SortedCalls : IDisposable
{
    private readonly SortedOverNode _node;
    private readonly OperatorContext _context;
    private readonly Accumulator?[] _accumulators;
    private readonly NativeList<byte> _images;
    private readonly NativeList<nint> _copies;

    public SortedCalls(SortedOverNode node, OperatorContext context)
    {
        _node = node;
        _context = context;
        _images = new NativeList<byte>(context.Allocator);
        _copies = new NativeList<nint>(context.Allocator);
        _accumulators = new Accumulator?[node.Calls.Count];
        GoesOn = true;
        for (int i = 0; i < _accumulators.Length; i++)
        {
            WindowCall call = node.Calls[i];
            GoesOn &= call.Frame is null ? IsRank(call) : IsRunning(call, out _accumulators[i]);
            IsDense |= call is { Frame: null, Call.Function: "DENSE_RANK" };
        }

        for (int i = 0; i < _accumulators.Length && GoesOn; i++)
        {
            if (_accumulators[i] is { } accumulator)
            {
                accumulator.Offset = CellBytes;
                CellBytes += BytesOf(accumulator);
            }
        }
    }

    /// <summary>Gets whether lists may begin behind a row that holds cells.</summary>
    public bool GoesOn { get; }

    /// <summary>Gets whether distinct keys have to be counted.</summary>
    public bool IsDense { get; }

    /// <summary>Gets the bytes of the cells that a row holds.</summary>
    public int CellBytes { get; }

    /// <summary>Makes a column for each call.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="store">Says how they are laid out.</param>
    /// <param name="keeps">Whether rows shall hold the cells behind them from now on.</param>
    public ArrayData[] Evaluate(SortedRows rows, RankRows store, bool keeps)
    {
        var results = new ArrayData[_node.Calls.Count];
        try
        {
            var groups = new WindowPartitions(rows.Partitions(), rows.Peers());
            for (int i = 0; i < results.Length; i++)
            {
                WindowCall call = _node.Calls[i];
                if (IsRank(call))
                {
                    results[i] = Rank(call.Call.Function, rows);
                    continue;
                }

                ArrayData?[] columns = Gather(call.Call, rows, store);
                try
                {
                    results[i] = GoesOn ? Run(i, groups, columns, rows, store, keeps) : Whole(call, groups, columns, rows, store);
                }
                finally
                {
                    Release(columns);
                }
            }

            return results;
        }
        catch
        {
            Release(results);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _images.Dispose();
        _copies.Dispose();
    }

    /// <summary>Releases columns that are there.</summary>
    public static void Release(ArrayData?[] columns)
    {
        foreach (ArrayData? column in columns)
        {
            column?.Release();
        }
    }

    private static bool IsRank(WindowCall call) =>
        call is { Frame: null, Call.Function: "ROW_NUMBER" or "RANK" or "DENSE_RANK" };

    private static bool IsRunning(WindowCall call, out Accumulator? accumulator)
    {
        accumulator = null;
        if (call.Call.Distinct || call.Frame is not
            { Start.Kind: FrameLimitKind.UnboundedPreceding, End.Kind: FrameLimitKind.CurrentRow })
        {
            return false;
        }

        accumulator = AggregateTable.Find(call.Call.Function)!.CreateInsertOnly(call.Call);
        foreach (CellType cell in accumulator.Cells)
        {
            if (cell is CellType.View or CellType.Bytes)
            {
                return false;
            }
        }

        return true;
    }

    private static int BytesOf(Accumulator accumulator)
    {
        int bytes = 0;
        foreach (CellType cell in accumulator.Cells)
        {
            bytes += new StateCell(string.Empty, cell).Bytes;
        }

        return bytes;
    }

    private FixedWidthArray Rank(string function, SortedRows rows)
    {
        int which = function switch
        {
            "ROW_NUMBER" => 0,
            "RANK" => 1,
            _ => 2,
        };
        NativeBuffer values = _context.Allocator.Allocate(Math.Max(1, rows.Count) * (long)sizeof(long));
        for (int i = 0; i < rows.Count; i++)
        {
            ((long*)values.Pointer)[i] = rows.NumberOf(i, which);
        }

        return new FixedWidthArray(DataType.Int64, rows.Count, values, null);
    }

    /// <summary>Gathers the arguments, and the condition of FILTER behind them.</summary>
    private ArrayData?[] Gather(AggregateCall call, SortedRows rows, RankRows store)
    {
        var columns = new ArrayData?[call.Arguments.Count + 1];
        for (int a = 0; a < columns.Length; a++)
        {
            int column = a < call.Arguments.Count ? call.Arguments[a] : call.Filter;
            columns[a] = column < 0 ? null : Column(column, rows, store);
        }

        return columns;
    }

    private ArrayData Column(int column, SortedRows rows, RankRows store) => RowColumns.Key(
        store.Layout, store.Columns.PlaceOf(column), _context.Inputs[0].Fields[column].Type, rows.Rows, rows.Count,
        _context.Allocator);

    /// <summary>Goes on from the cells before each list.</summary>
    private ArrayData Run(
        int index, WindowPartitions groups, ArrayData?[] columns, SortedRows rows, RankRows store, bool keeps)
    {
        Accumulator accumulator = _accumulators[index]!;
        ReadOnlySpan<ArrayData> arguments = columns.AsSpan(0, columns.Length - 1)!;
        var filter = (BooleanArray?)columns[^1];
        int bytes = BytesOf(accumulator);
        int links = store.Layout.LinkOffset;
        byte* images = _images.Reserve(Math.Max(1, checked(rows.Count * bytes))) - accumulator.Offset;
        var copies = (byte**)_copies.Reserve(Math.Max(1, rows.Count));
        for (int p = 0; p < rows.PartitionCount; p++)
        {
            byte* before = rows.SeedOf(p) is null ? null : rows.SeedOf(p) + links;
            for (int row = groups.Partitions[p]; row < groups.Partitions[p + 1]; row++)
            {
                byte* cells = images + ((long)row * bytes);
                var target = new Span<byte>(cells + accumulator.Offset, bytes);
                if (before is null)
                {
                    target.Clear();
                }
                else
                {
                    new ReadOnlySpan<byte>(before + accumulator.Offset, bytes).CopyTo(target);
                }

                if (Counts(accumulator, arguments, filter, row))
                {
                    sbyte one = 1;
                    accumulator.Accumulate(arguments, row, 1, &cells, &one, store.Table.Heap);
                }

                if (keeps)
                {
                    target.CopyTo(new Span<byte>(rows.Rows[row] + links + accumulator.Offset, bytes));
                }

                copies[row] = cells;
                before = cells;
            }
        }

        for (int g = 0; g + 1 < groups.Peers.Length && !_node.Calls[index].Frame!.IsRows; g++)
        {
            for (int row = groups.Peers[g]; row < groups.Peers[g + 1]; row++)
            {
                copies[row] = copies[groups.Peers[g + 1] - 1];
            }
        }

        return accumulator.Emit(copies, rows.Count, _context.Allocator);
    }

    private static bool Counts(Accumulator accumulator, ReadOnlySpan<ArrayData> arguments, BooleanArray? filter, int row)
    {
        if (filter is not null && (filter.IsNull(row) || !filter.GetValue(row)))
        {
            return false;
        }

        for (int a = 0; !accumulator.TakesNulls && a < arguments.Length; a++)
        {
            if (arguments[a].IsNull(row))
            {
                return false;
            }
        }

        return true;
    }

    private ArrayData Whole(
        WindowCall window, WindowPartitions groups, ArrayData?[] columns, SortedRows rows, RankRows store)
    {
        AggregateCall call = window.Call;
        ReadOnlySpan<ArrayData> arguments = columns.AsSpan(0, columns.Length - 1)!;
        if (window.Frame is not { } frame)
        {
            ArrayData result = WindowFunctionTable.Find(call.Function)!.Evaluate(call, groups, arguments, _context.Allocator);
            return call.Function == "LAG" ? LastOfPeers(result, groups) : result;
        }

        bool measures = !frame.IsRows && (IsDistance(frame.Start) || IsDistance(frame.End));
        ArrayData? order = measures ? Column(_node.Order[0].Column, rows, store) : null;
        try
        {
            using var heap = new StringHeap(_context.Pages, _context.Allocator);
            return FrameAggregate.Evaluate(
                call, frame, groups, arguments, (BooleanArray?)columns[^1], order, measures && _node.Order[0].Descending, heap,
                _context.Allocator);
        }
        finally
        {
            order?.Release();
        }
    }

    /// <summary>Gives equals one answer: LAG looks back from the last of them while rows come.</summary>
    private ArrayData LastOfPeers(ArrayData result, WindowPartitions groups)
    {
        var last = new int[groups.Length];
        for (int g = 0; g + 1 < groups.Peers.Length; g++)
        {
            last.AsSpan(groups.Peers[g], groups.Peers[g + 1] - groups.Peers[g]).Fill(groups.Peers[g + 1] - 1);
        }

        try
        {
            return TakeKernel.Take(result, last, _context.Allocator);
        }
        finally
        {
            result.Release();
        }
    }

    private static bool IsDistance(FrameLimit limit) => limit.Kind is FrameLimitKind.Preceding or FrameLimitKind.Following;
}
