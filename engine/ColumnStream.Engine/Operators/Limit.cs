using System;
using System.Collections.Generic;
using ColumnStream.Compute;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators;

/// <summary>Passes on rows [offset, offset + count) of an insert-only input; at parallelism 1.</summary>
/// <param name="Offset">Rows to drop first.</param>
/// <param name="Count">Rows to pass, or -1 for all.</param>
[PlanNode("limit", version: 1)]
public sealed record LimitNode(long Offset, long Count) : PhysicalNode
{
    /// <inheritdoc/>
    public override string Describe() => $"limit offset {Offset} count {Count}";

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new LimitOperator(this);
}

/// <summary>Counts rows as they come.</summary>
internal sealed unsafe class LimitOperator(LimitNode node) : Operator
{
    private OperatorContext _context = null!;
    private ProgressState _seen = null!;

    public override IReadOnlyList<OperatorState> States => [_seen];

    public override bool IsSatisfied => node.Count >= 0 && _seen.Value >= node.Offset + node.Count;

    public override void Open(OperatorContext context)
    {
        _context = context;
        _seen = new ProgressState("seen", initial: 0, context.Allocator);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        long first = _seen.Value;
        int rows = batch.Count;
        _seen.Value += rows;
        long begin = Math.Max(0, node.Offset - first);
        long end = node.Count < 0 ? rows : Math.Min(rows, node.Offset + node.Count - first);
        if (begin >= end)
        {
            batch.Release();
            return;
        }

        if (end - begin < rows)
        {
            var kept = new Selection((int)(end - begin), _context.Allocator);
            for (long i = begin; i < end; i++)
            {
                kept.Pointer[kept.Count++] = batch.Selection is null ? (int)i : batch.Selection.Pointer[i];
            }

            batch.Select(kept);
        }

        output.Emit(batch);
    }
}
