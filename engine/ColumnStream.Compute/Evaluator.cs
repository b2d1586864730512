using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;

namespace ColumnStream.Compute;

/// <summary>Evaluates bound expressions over batches of one schema in tiles of 512 rows, reusing its scratch. One thread.</summary>
public sealed class Evaluator : IDisposable
{
    /// <summary>Compiles <paramref name="expressions"/> over columns of <paramref name="input"/>.</summary>
    public Evaluator(
        ValueList<BoundExpression> expressions, Schema input, BufferAllocator allocator, EvaluatorOptions options) =>
        throw new NotSupportedException();

    /// <summary>Evaluates all expressions; each result has the batch's length and belongs to the caller.</summary>
    /// <param name="batch">Borrowed.</param>
    /// <param name="selection">Rows that count, or null for all; results elsewhere are undefined and cannot fail.</param>
    /// <param name="results">One array an expression; a plain column is shared, not copied.</param>
    /// <exception cref="EvaluationException">A selected row failed: division by zero, a bad cast.</exception>
    public void Evaluate(RecordBatch batch, Selection? selection, Span<ArrayData> results) =>
        throw new NotSupportedException();

    /// <summary>Evaluates the only expression, a BOOLEAN, as a filter: writes the rows for which it is true.</summary>
    /// <param name="batch">Borrowed.</param>
    /// <param name="selection">Rows that count, or null for all.</param>
    /// <param name="survivors">Receives the surviving rows; has room for the batch's length.</param>
    public void Filter(RecordBatch batch, Selection? selection, Selection survivors) => throw new NotSupportedException();

    /// <summary>Gives scratch memory back.</summary>
    public void Dispose()
    {
    }
}
