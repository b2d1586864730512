using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators;

/// <summary>Sorts a bounded input and passes on rows [offset, offset + count); a changelog is materialised first.</summary>
/// <param name="Keys">Sort columns, major first.</param>
/// <param name="Offset">Rows to drop first.</param>
/// <param name="Count">Rows to pass, or -1 for all; then only offset + count rows are kept.</param>
[PlanNode("sort", version: 1)]
public sealed record SortNode(ValueList<SortKey> Keys, long Offset, long Count) : PhysicalNode
{
    /// <inheritdoc/>
    public override string Describe() => $"sort [{string.Join(", ", Keys)}] offset {Offset} count {Count}";

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new SortOperator(this);
}

/// <summary>Keeps all rows until the input ends; with a count, prunes to the best rows each time they have doubled.</summary>
/// <remarks>An input with −U or −D must carry all four kinds: rows are cancelled by value.</remarks>
internal sealed unsafe class SortOperator(SortNode node) : Operator
{
    private const int ChunkRows = 4096;
    private const int SmallestPrune = 16 * 1024;
    private readonly Schema _schema = node.OutputSchema();
    private OperatorContext _context = null!;
    private KeptRows _kept = null!;
    private RecordBatch? _sorted;
    private int[] _order = [];
    private long _next;
    private long _end;
    private long _pruneAt;

    public override IReadOnlyList<OperatorState> States => [_kept];

    public override bool HasMore => _next < _end;

    public override bool AnswersAtEnd => true;

    public override void Open(OperatorContext context)
    {
        _context = context;
        _kept = new KeptRows("rows", _schema, context.Allocator, spill: context.IsDescription ? null : context.Pages.Spill);
        _pruneAt = node.Count < 0 ? long.MaxValue : Math.Max(SmallestPrune, 2 * (node.Offset + node.Count));
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        _kept.Add(batch.Compact(_context.Allocator));
        if (_kept.RowCount > _pruneAt && !_kept.HasRetractions)
        {
            Prune();
        }
    }

    public override void Finish(Collector output)
    {
        _sorted = _kept.TakeAll();
        if (_sorted is null)
        {
            return;
        }

        _order = new RowComparer(_sorted, node.Keys).Order(_context.Cancellation);
        _next = Math.Min(node.Offset, _order.Length);
        _end = node.Count < 0 ? _order.Length : Math.Min(_order.Length, node.Offset + node.Count);
        if (HasMore)
        {
            Continue(output);
        }
    }

    public override void Continue(Collector output)
    {
        if (_next >= _end)
        {
            return;
        }

        int count = (int)Math.Min(ChunkRows, _end - _next);
        RecordBatch chunk = TakeKernel.Take(_sorted!, _order.AsSpan((int)_next, count), _context.Allocator);
        _next += count;
        output.Emit(new StreamBatch(chunk));
    }

    protected override void Dispose(bool disposing)
    {
        _sorted?.Release();
        _sorted = null;
        _kept?.Dispose();
    }

    private void Prune()
    {
        RecordBatch all = _kept.TakeAll()!;
        int[] order = new RowComparer(all, node.Keys).Order(_context.Cancellation);
        int count = (int)Math.Min(order.Length, node.Offset + node.Count);
        Array.Sort(order, 0, count);
        _kept.Add(new StreamBatch(TakeKernel.Take(all, order.AsSpan(0, count), _context.Allocator)));
        all.Release();
    }
}
