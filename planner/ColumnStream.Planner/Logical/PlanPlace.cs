using System;
using ColumnStream.Sql;

namespace ColumnStream.Planner.Logical;

/// <summary>Remembers where in the script a step was written; it takes no part in what the step says, so all are equal.</summary>
internal readonly struct PlanPlace(SourceSpan span) : IEquatable<PlanPlace>
{
    /// <summary>Gets the clause, empty where nobody noted it.</summary>
    public SourceSpan Span => span;

    /// <inheritdoc/>
    public bool Equals(PlanPlace other) => true;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PlanPlace;

    /// <inheritdoc/>
    public override int GetHashCode() => 0;
}
