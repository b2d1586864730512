using System;

namespace ColumnStream.Compute.Expressions;

/// <summary>
/// Tells where in the SQL text an expression stands; all locations are equal, so that trees compare by meaning.
/// </summary>
/// <param name="Text">File, line and column: <c>job.sql:12:8</c>; null where nothing was written.</param>
public readonly record struct SourceLocation(string? Text) : IEquatable<SourceLocation>
{
    /// <inheritdoc/>
    public bool Equals(SourceLocation other) => true;

    /// <inheritdoc/>
    public override int GetHashCode() => 0;

    /// <inheritdoc/>
    public override string ToString() => Text ?? string.Empty;
}
