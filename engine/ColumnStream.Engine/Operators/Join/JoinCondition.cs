using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Engine.Operators.Join;

/// <summary>Asks the rest of a join's condition of pairs of rows; only the columns that it reads need be there.</summary>
internal sealed class JoinCondition : IDisposable
{
    private readonly Schema _schema;
    private readonly bool[] _reads;
    private readonly Evaluator _evaluator;

    /// <summary>Compiles a condition over the left columns, then the right ones.</summary>
    public JoinCondition(BoundExpression condition, OperatorContext context)
    {
        ValueList<Field> leftFields = context.Inputs[0].Fields;
        ValueList<Field> rightFields = context.Inputs[1].Fields;
        var fields = new Field[leftFields.Count + rightFields.Count];
        leftFields.Span.CopyTo(fields);
        rightFields.Span.CopyTo(fields.AsSpan(leftFields.Count));
        _schema = new Schema(fields);
        _reads = new bool[fields.Length];
        Read(condition, _reads);
        _evaluator = new Evaluator([condition], _schema, context.Allocator, context.Evaluation);
    }

    /// <summary>Tells whether a column, right ones behind left ones, is asked for; of others NULLs will do.</summary>
    public bool Reads(int column) => _reads[column];

    /// <summary>Writes which of the pairs it is true for; the selection has room for all. Takes the columns over.</summary>
    public void Filter(ArrayData[] columns, int count, Selection survivors)
    {
        var pairs = new RecordBatch(_schema, columns, count);
        try
        {
            _evaluator.Filter(pairs, null, survivors);
        }
        catch (Exception error) when (error is EvaluationException or MemoryLimitException)
        {
            throw EvaluationErrors.ToUser(error);
        }
        finally
        {
            pairs.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _evaluator.Dispose();

    /// <summary>Marks the columns that an expression reads.</summary>
    internal static void Read(BoundExpression expression, bool[] reads)
    {
        switch (expression)
        {
            case ColumnExpression column:
                reads[column.Index] = true;
                break;
            case CastExpression cast:
                Read(cast.Input, reads);
                break;
            case CallExpression call:
                foreach (BoundExpression argument in call.Arguments)
                {
                    Read(argument, reads);
                }

                break;
            case CaseExpression choice:
                foreach (CaseBranch branch in choice.Branches)
                {
                    Read(branch.Condition, reads);
                    Read(branch.Value, reads);
                }

                if (choice.Otherwise is not null)
                {
                    Read(choice.Otherwise, reads);
                }

                break;
        }
    }
}
