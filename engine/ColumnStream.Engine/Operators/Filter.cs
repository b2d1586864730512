using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Keeps the rows for which the predicate is true.</summary>
/// <param name="Predicate">A BOOLEAN over the input.</param>
[PlanNode("filter", version: 1)]
public sealed record FilterNode(BoundExpression Predicate) : PhysicalNode
{
    /// <inheritdoc/>
    public override string Describe() => $"filter {Predicate}";

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new FilterOperator(this);
}

/// <summary>Narrows the selection and leaves the columns alone.</summary>
/// <remarks>
/// A pair −U/+U of which only one side passes becomes −D or +I: the consumer would otherwise see half an update. Below
/// one eighth of survivors the rows are compacted, so that few survivors do not pin and drag whole columns along.
/// </remarks>
internal sealed unsafe class FilterOperator(FilterNode node) : Operator
{
    private OperatorContext _context = null!;
    private Evaluator _evaluator = null!;

    public override void Open(OperatorContext context)
    {
        _context = context;
        _evaluator = new Evaluator([node.Predicate], context.Inputs[0], context.Allocator, context.Evaluation);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        var survivors = new Selection(batch.Count, _context.Allocator);
        try
        {
            _evaluator.Filter(batch.Rows, batch.Selection, survivors);
        }
        catch (Exception error) when (error is EvaluationException or MemoryLimitException)
        {
            survivors.Dispose();
            batch.Release();
            throw EvaluationErrors.ToUser(error);
        }

        if (survivors.Count == 0)
        {
            survivors.Dispose();
            batch.Release();
            return;
        }

        if (survivors.Count == batch.Count)
        {
            survivors.Dispose();
            output.Emit(batch);
            return;
        }

        if (batch.Kinds is not null)
        {
            batch = SplitUpdates(batch, survivors);
        }

        batch.Select(survivors);
        output.Emit(survivors.Count < batch.Rows.Length / 8 ? batch.Compact(_context.Allocator) : batch);
    }

    protected override void Dispose(bool disposing) => _evaluator?.Dispose();

    /// <summary>Turns −U whose +U fails into −D, and +U whose −U failed into +I.</summary>
    private StreamBatch SplitUpdates(StreamBatch batch, Selection survivors)
    {
        if (node.Changelog != ChangelogMode.Retract)
        {
            return batch;
        }

        StreamBatch own = batch.WithOwnKinds(_context.Allocator);
        RowKind* kinds = own.Kinds;
        int next = 0;
        int previousRow = -1;
        bool previousPassed = false;
        int count = own.Count;
        for (int i = 0; i < count; i++)
        {
            int row = own.Selection is null ? i : own.Selection.Pointer[i];
            bool passed = next < survivors.Count && survivors.Pointer[next] == row;
            next += passed ? 1 : 0;
            if (kinds[row] == RowKind.UpdateAfter && previousRow >= 0 && kinds[previousRow] == RowKind.UpdateBefore)
            {
                if (passed && !previousPassed)
                {
                    kinds[row] = RowKind.Insert;
                }
                else if (!passed && previousPassed)
                {
                    kinds[previousRow] = RowKind.Delete;
                }
            }

            previousRow = row;
            previousPassed = passed;
        }

        return own;
    }
}
