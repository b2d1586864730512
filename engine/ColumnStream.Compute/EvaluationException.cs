using System;
using ColumnStream.Compute.Expressions;

namespace ColumnStream.Compute;

/// <summary>Says which row failed in which expression, and why.</summary>
public sealed class EvaluationException(string message, SourceLocation location, int rowIndex) : Exception(message)
{
    /// <summary>Gets where the failing expression stands in the SQL text.</summary>
    public SourceLocation Location { get; } = location;

    /// <summary>Gets the failing row of the batch.</summary>
    public int RowIndex { get; } = rowIndex;
}
