using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.WindowFunctions;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Over;

/// <summary>Keeps all rows until the input ends, sorts them by partition and order, and computes the functions.</summary>
internal sealed class OverOperator(OverNode node) : Operator
{
    private const int ChunkRows = 4096;
    private readonly Schema _schema = node.OutputSchema();
    private OperatorContext _context = null!;
    private KeptRows _kept = null!;
    private RecordBatch? _result;
    private int _next;

    public override IReadOnlyList<OperatorState> States => [_kept];

    public override bool HasMore => _result is not null && _next < _result.Length;

    public override bool AnswersAtEnd => true;

    public override void Open(OperatorContext context)
    {
        _context = context;
        _kept = new KeptRows(
            "rows", context.Inputs[0], context.Allocator, node.Partition, context.KeyGroups,
            context.IsDescription ? null : context.Pages.Spill);
    }

    public override void Process(int input, StreamBatch batch, Collector output) =>
        _kept.Add(batch.Compact(_context.Allocator));

    public override void Finish(Collector output)
    {
        RecordBatch? all = _kept.TakeAll();
        if (all is null)
        {
            return;
        }

        RecordBatch sorted;
        try
        {
            sorted = Sort(all);
        }
        finally
        {
            all.Release();
        }

        try
        {
            _result = Compute(sorted);
        }
        finally
        {
            sorted.Release();
        }

        Continue(output);
    }

    public override void Continue(Collector output)
    {
        if (!HasMore)
        {
            return;
        }

        int count = Math.Min(ChunkRows, _result!.Length - _next);
        var rows = new int[count];
        for (int i = 0; i < count; i++)
        {
            rows[i] = _next + i;
        }

        _next += count;
        output.Emit(new StreamBatch(TakeKernel.Take(_result, rows, _context.Allocator)));
    }

    protected override void Dispose(bool disposing)
    {
        _result?.Release();
        _result = null;
        _kept?.Dispose();
    }

    private List<SortKey> Keys()
    {
        List<SortKey> keys = [];
        foreach (int column in node.Partition)
        {
            keys.Add(new SortKey(column, Descending: false, NullsFirst: true));
        }

        keys.AddRange(node.Order);
        return keys;
    }

    private RecordBatch Sort(RecordBatch all)
    {
        List<SortKey> keys = Keys();
        return keys.Count == 0
            ? all.Retain()
            : TakeKernel.Take(all, new RowComparer(all, keys).Order(_context.Cancellation), _context.Allocator);
    }

    private WindowPartitions Divide(RecordBatch sorted)
    {
        var comparer = new RowComparer(sorted, Keys());
        var partitions = new List<int>();
        var peers = new List<int>();
        for (int row = 0; row < sorted.Length; row++)
        {
            int same = row == 0 ? -1 : comparer.SameKeys(row - 1, row);
            if (same < node.Partition.Count)
            {
                partitions.Add(row);
            }

            if (same < node.Partition.Count + node.Order.Count)
            {
                peers.Add(row);
            }
        }

        partitions.Add(sorted.Length);
        peers.Add(sorted.Length);
        return new WindowPartitions([.. partitions], [.. peers]);
    }

    private RecordBatch Compute(RecordBatch sorted)
    {
        WindowPartitions rows = Divide(sorted);
        var columns = new ArrayData[_schema.Fields.Count];
        int width = sorted.Columns.Length;
        try
        {
            for (int i = 0; i < node.Calls.Count; i++)
            {
                columns[width + i] = Evaluate(node.Calls[i], rows, sorted);
            }
        }
        catch (Exception error) when (error is EvaluationException or MemoryLimitException)
        {
            foreach (ArrayData? column in columns)
            {
                column?.Release();
            }

            throw EvaluationErrors.ToUser(error);
        }

        for (int i = 0; i < width; i++)
        {
            columns[i] = sorted.Columns[i].Retain();
        }

        return new RecordBatch(_schema, columns, sorted.Length);
    }

    private ArrayData Evaluate(WindowCall window, WindowPartitions rows, RecordBatch sorted)
    {
        AggregateCall call = window.Call;
        var arguments = new ArrayData[call.Arguments.Count];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = sorted.Columns[call.Arguments[i]];
        }

        if (window.Frame is not FrameSpec frame)
        {
            return WindowFunctionTable.Find(call.Function)!.Evaluate(call, rows, arguments, _context.Allocator);
        }

        bool measures = !frame.IsRows && (IsDistance(frame.Start) || IsDistance(frame.End));
        using var heap = new StringHeap(_context.Pages, _context.Allocator);
        return FrameAggregate.Evaluate(
            call,
            frame,
            rows,
            arguments,
            call.Filter < 0 ? null : (BooleanArray)sorted.Columns[call.Filter],
            measures ? sorted.Columns[node.Order[0].Column] : null,
            measures && node.Order[0].Descending,
            heap,
            _context.Allocator);
    }

    private static bool IsDistance(FrameLimit limit) => limit.Kind is FrameLimitKind.Preceding or FrameLimitKind.Following;
}
