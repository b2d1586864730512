using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Makes rows of a side table of the rows that its input left out as late.</summary>
/// <remarks>
/// Its input is the operator that leaves rows out; what that one emits passes by, and what it gives to
/// <see cref="OperatorContext.Late"/> comes in.
/// </remarks>
/// <param name="Rows">Columns of the late rows.</param>
/// <param name="Expressions">What to make of them.</param>
[PlanNode("late-rows", version: 1)]
public sealed record LateRowsNode(ValueList<SqlField> Rows, ValueList<BoundExpression> Expressions) : PhysicalNode
{
    /// <summary>Returns the schema of the late rows.</summary>
    public Schema RowSchema()
    {
        var fields = new Field[Rows.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = new Field(Rows[i].Name, Rows[i].Type.ToArrow(), Rows[i].Type.Nullable);
        }

        return new Schema(fields);
    }

    /// <inheritdoc/>
    public override string Describe() => $"late rows [{string.Join(", ", Expressions)}]";

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new LateRowsOperator(this);
}

/// <summary>Projects the rows of input 1; those of input 0 are another consumer's.</summary>
internal sealed class LateRowsOperator(LateRowsNode node) : Operator
{
    private readonly Schema _schema = node.OutputSchema();
    private Evaluator _evaluator = null!;

    public override void Open(OperatorContext context) =>
        _evaluator = new Evaluator(node.Expressions, node.RowSchema(), context.Allocator, context.Evaluation);

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        if (input == 0)
        {
            batch.Release();
            return;
        }

        var columns = new ArrayData[node.Expressions.Count];
        RecordBatch made;
        try
        {
            _evaluator.Evaluate(batch.Rows, null, columns);
            made = new RecordBatch(_schema, columns, batch.Rows.Length);
        }
        catch (EvaluationException error)
        {
            throw EvaluationErrors.ToUser(error);
        }
        finally
        {
            batch.Release();
        }

        output.Emit(new StreamBatch(made));
    }

    protected override void Dispose(bool disposing) => _evaluator?.Dispose();
}
