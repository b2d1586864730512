using System;
using ColumnStream.Compute.Expressions;

namespace ColumnStream.Compute;

/// <summary>Says which row failed in which expression, and why.</summary>
public sealed class EvaluationException(
    string message, SourceLocation location, int rowIndex, EvaluationFailure failure = EvaluationFailure.Value)
    : Exception(message)
{
    /// <summary>Gets why.</summary>
    public EvaluationFailure Failure { get; } = failure;

    /// <summary>Gets where the failing expression stands in the SQL text.</summary>
    public SourceLocation Location { get; } = location;

    /// <summary>Gets the failing row of the batch.</summary>
    public int RowIndex { get; } = rowIndex;
}
