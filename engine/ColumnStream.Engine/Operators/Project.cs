using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Computes columns; plain column expressions share the input's.</summary>
/// <param name="Expressions">One an output column.</param>
[PlanNode("project", version: 1)]
public sealed record ProjectNode(ValueList<BoundExpression> Expressions) : PhysicalNode
{
    /// <inheritdoc/>
    public override string Describe() => $"project [{string.Join(", ", Expressions)}]";

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new ProjectOperator(this);
}

/// <summary>Evaluates the expressions over the selected rows; kinds and selection move on unchanged.</summary>
internal sealed class ProjectOperator(ProjectNode node) : Operator
{
    private readonly Schema _schema = node.OutputSchema();
    private Evaluator _evaluator = null!;

    public override void Open(OperatorContext context) =>
        _evaluator = new Evaluator(node.Expressions, context.Inputs[0], context.Allocator, context.Evaluation);

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        var columns = new ArrayData[node.Expressions.Count];
        try
        {
            _evaluator.Evaluate(batch.Rows, batch.Selection, columns);
        }
        catch (Exception error) when (error is EvaluationException or MemoryLimitException)
        {
            batch.Release();
            throw EvaluationErrors.ToUser(error);
        }

        output.Emit(batch.WithRows(new RecordBatch(_schema, columns, batch.Rows.Length)));
    }

    protected override void Dispose(bool disposing) => _evaluator?.Dispose();
}
