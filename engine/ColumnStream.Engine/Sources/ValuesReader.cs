using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators;

namespace ColumnStream.Engine.Sources;

/// <summary>Gives the rows of a VALUES node, one batch a row, from its first reader only; its position is the next row.</summary>
public sealed class ValuesReader(ValuesNode node, SourceContext context, EvaluatorOptions evaluation) : SourceReader
{
    private readonly Schema _schema = node.OutputSchema();
    private int _next;

    /// <inheritdoc/>
    public override bool HasSplits => context.Subtask == 0;

    /// <inheritdoc/>
    public override void Restore(IReadOnlyList<SplitState> splits)
    {
        foreach (SplitState split in splits)
        {
            _next = int.Parse(split.Position, CultureInfo.InvariantCulture);
        }
    }

    /// <inheritdoc/>
    public override SourcePoll Poll(out StreamBatch? batch)
    {
        batch = null;
        if (context.Subtask != 0 || _next == node.Rows.Count)
        {
            return SourcePoll.End;
        }

        ValueList<LiteralExpression> cells = node.Rows[_next].Cells;
        var expressions = new BoundExpression[cells.Count];
        for (int i = 0; i < expressions.Length; i++)
        {
            expressions[i] = cells[i];
        }

        using var evaluator = new Evaluator(
            ValueList.Create<BoundExpression>(expressions), new Schema(), context.Allocator, evaluation);
        var one = new RecordBatch(new Schema(), [], length: 1);
        var columns = new ArrayData[cells.Count];
        try
        {
            evaluator.Evaluate(one, null, columns);
        }
        catch (EvaluationException error)
        {
            throw EvaluationErrors.ToUser(error);
        }

        _next++;
        batch = new StreamBatch(new RecordBatch(_schema, columns, length: 1));
        return SourcePoll.Batch;
    }

    /// <inheritdoc/>
    public override ValueList<SplitState> Snapshot() => context.Subtask != 0
        ? default
        : [new SplitState("values", _next.ToString(CultureInfo.InvariantCulture))];

    /// <inheritdoc/>
    public override long? RowsBetween(string split, string? from, string to) =>
        long.Parse(to, CultureInfo.InvariantCulture) - (from is null ? 0 : long.Parse(from, CultureInfo.InvariantCulture));
}
